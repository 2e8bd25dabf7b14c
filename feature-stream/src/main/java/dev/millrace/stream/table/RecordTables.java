package dev.millrace.stream.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.TopicDecoder;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.lane.Arrival;
import dev.millrace.stream.lane.Produced;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of events and of labels. Not thread-safe. */
public final class RecordTables {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LABELS = "labels";
    private static final List<String> LABEL_COLUMNS = Stream.concat(
                    Stream.of(
                            "event_type",
                            "event_id",
                            "event_time",
                            "event_key",
                            "entities",
                            "value",
                            "known_at",
                            "revision"),
                    Column.names(EventTable.Origin.COLUMNS).stream())
            .toList();

    /** The first of an event's deliveries is the one that stays. */
    private static final Comparator<Entry> ORDER = Comparator.<Entry>comparingInt(
                    entry -> entry.row().partition())
            .thenComparingLong(entry -> entry.row().offset());

    private final Map<String, EventTable> events = new HashMap<>();
    private final TopicDecoder decoder;
    private final Map<String, String> topicIds;
    private final MonthPartitions months;

    /** @param topicIds Kafka's id of each topic */
    RecordTables(UseCase useCase, Map<String, String> topicIds, MonthPartitions months) {
        useCase.events().values().forEach(type -> events.put(type.name(), new EventTable(type)));
        this.decoder = new TopicDecoder(useCase);
        this.topicIds = topicIds;
        this.months = months;
    }

    /** A record that PostgreSQL will never take, and what it says of it. */
    public record Unstorable(Produced row, Arrival arrival, String message) {}

    /** One row of a table, and the record that it is of. */
    private record Entry(Produced row, Arrival arrival, Instant time, List<@Nullable Object> columns) {}

    Collection<EventTable> events() {
        return events.values();
    }

    /**
     * Writes those that are taken and not there yet.
     *
     * @return what the database will never take: all else is written
     */
    List<Unstorable> write(Connection connection, long batch, List<Produced> rows)
            throws SQLException, JsonProcessingException {
        Map<String, List<Entry>> byTable = new TreeMap<>();
        for (Produced row : rows) {
            if (row.kind() == Produced.Kind.RECORD) {
                Arrival arrival = Arrival.of(row.payload());
                if (arrival.refusal().isEmpty()) {
                    add(byTable, row, arrival, batch);
                }
            }
        }
        List<Unstorable> refused = new ArrayList<>();
        for (Map.Entry<String, List<Entry>> table : byTable.entrySet()) {
            List<Entry> entries = table.getValue();
            months.ensure(
                    connection,
                    table.getKey(),
                    entries.stream().map(Entry::time).toList());
            entries.sort(ORDER);
            copy(connection, table.getKey(), entries, refused);
        }
        return refused;
    }

    private void add(Map<String, List<Entry>> byTable, Produced row, Arrival arrival, long batch)
            throws JsonProcessingException {
        EventTable.Origin origin = new EventTable.Origin(
                String.valueOf(topicIds.get(row.name())),
                row.partition(),
                row.offset(),
                Instant.ofEpochMilli(arrival.arrivalTime()),
                batch);
        String name;
        Entry entry;
        if (row.name().equals(Topics.LABELS)) {
            name = LABELS;
            Label label = decoder.label(arrival.value());
            entry = new Entry(row, arrival, label.getEventTime(), columns(label, origin));
        } else {
            TopicDecoder.Event event = decoder.event(arrival.value());
            name = event.type().name();
            EventTable table = Objects.requireNonNull(events.get(name));
            entry = new Entry(row, arrival, table.time(event.fields()), table.row(event.fields(), origin));
        }
        byTable.computeIfAbsent(name, unused -> new ArrayList<>()).add(entry);
    }

    private static List<@Nullable Object> columns(Label label, EventTable.Origin origin)
            throws JsonProcessingException {
        List<@Nullable Object> columns = new ArrayList<>(Arrays.asList(
                label.getEventType(),
                label.getEventId(),
                label.getEventTime(),
                label.getKey(),
                JSON.writeValueAsString(label.getEntities()),
                label.getValue(),
                label.getKnownAt(),
                label.getRevision()));
        columns.addAll(origin.values());
        return columns;
    }

    /** Halves what cannot be taken until the record whose fault it is is alone. */
    private void copy(Connection connection, String table, List<Entry> entries, List<Unstorable> refused)
            throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            copy(connection, table, entries);
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            if (!Sql.isOfTheRows(e)) {
                throw e;
            }
            connection.rollback(before);
            connection.releaseSavepoint(before);
            if (entries.size() == 1) {
                Entry entry = entries.getFirst();
                refused.add(new Unstorable(entry.row(), entry.arrival(), String.valueOf(e.getMessage())));
            } else {
                int half = entries.size() / 2;
                copy(connection, table, entries.subList(0, half), refused);
                copy(connection, table, entries.subList(half, entries.size()), refused);
            }
        }
    }

    private void copy(Connection connection, String table, List<Entry> entries) throws SQLException {
        EventTable events = this.events.get(table);
        CopyRows rows = new CopyRows(events == null ? LABEL_COLUMNS : events.columns());
        entries.forEach(entry -> rows.add(entry.columns()));
        String stage = Sql.fitting(table + "_stage");
        rows.into(connection, stage, table);
        Sql.execute(
                connection,
                rows.insert(table, stage) + " order by kafka_partition, kafka_offset on conflict do nothing");
    }
}

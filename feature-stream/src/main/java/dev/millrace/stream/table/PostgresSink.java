package dev.millrace.stream.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.event.TopicDecoder;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Arrival;
import dev.millrace.stream.lane.ChangedWindow;
import dev.millrace.stream.lane.Produced;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/** One transaction per micro-batch, guarded by a commit row: what was written once is not written again. Thread-safe. */
public final class PostgresSink implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HikariDataSource pool;
    private final FeatureEngine engine;
    private final TopicDecoder decoder;
    private final String checkpointId;
    private final Map<String, String> topicIds;
    private final Map<String, EventTable> events = new HashMap<>();
    private final Map<String, WindowTable> windows = new LinkedHashMap<>();
    private final MonthPartitions months = new MonthPartitions();

    /** @param topicIds Kafka's id of each topic */
    public PostgresSink(StreamConfig config, FeatureEngine engine, String checkpointId, Map<String, String> topicIds) {
        HikariConfig hikari = new HikariConfig();
        hikari.setJdbcUrl(config.postgresUrl());
        hikari.setUsername(config.postgresUser());
        hikari.setPassword(config.postgresPassword());
        hikari.setMaximumPoolSize(4);
        hikari.setPoolName("feature-stream");
        hikari.setConnectionTimeout(5_000);
        hikari.setAutoCommit(false);
        this.pool = new HikariDataSource(hikari);
        this.engine = engine;
        this.decoder = new TopicDecoder(engine.useCase());
        this.checkpointId = checkpointId;
        this.topicIds = Map.copyOf(topicIds);
        engine.useCase().events().values().forEach(type -> events.put(type.name(), new EventTable(type)));
        Map<String, List<View>> byTable = new TreeMap<>();
        for (View view : engine.views()) {
            if (view.definition().shape() instanceof ViewDefinition.Shape.Tumbling tumbling) {
                byTable.computeIfAbsent(tumbling.table(), name -> new ArrayList<>())
                        .add(view);
            }
        }
        byTable.forEach((table, views) -> windows.put(
                table,
                new WindowTable(
                        table,
                        views,
                        engine.useCase().event(views.getFirst().source().eventType()))));
    }

    public HikariDataSource pool() {
        return pool;
    }

    /** The platform's tables by Flyway, the use case's from its definitions. */
    public synchronized void createTables() throws SQLException {
        Flyway.configure().dataSource(pool).load().migrate();
        inTransaction(connection -> {
            for (EventTable table : events.values()) {
                table.create(connection);
            }
            for (WindowTable table : windows.values()) {
                table.create(connection);
            }
            new HistoryIndexes(engine.useCase(), engine.views()).create(connection);
            return true;
        });
    }

    /**
     * What was committed last.
     *
     * @param batch -1 when nothing was
     * @param offsets topic/partition to the next offset
     */
    public record LastCommit(long batch, Map<String, Long> offsets) {}

    /** @param checkpoint the id of a query's */
    public synchronized LastCommit lastCommit(String checkpoint) throws SQLException {
        return inTransaction(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                    "select batch, offsets from sink_commit where checkpoint_id = ? order by batch desc limit 1")) {
                query.setString(1, checkpoint);
                try (ResultSet found = query.executeQuery()) {
                    if (!found.next()) {
                        return new LastCommit(-1, Map.of());
                    }
                    Map<String, Long> offsets = new HashMap<>();
                    JSON.readTree(found.getString(2))
                            .properties()
                            .forEach(entry ->
                                    offsets.put(entry.getKey(), entry.getValue().longValue()));
                    return new LastCommit(found.getLong(1), offsets);
                }
            }
        });
    }

    /**
     * @param offsets topic/partition to the next offset after this batch
     * @param through windows that end before are over
     * @return false when it was written before
     */
    public synchronized boolean write(long batch, List<Produced> rows, Map<String, Long> offsets, Instant through)
            throws SQLException {
        return inTransaction(connection -> {
            if (!claim(connection, batch, offsets)) {
                return false;
            }
            writeRecords(connection, batch, rows);
            writeWindows(connection, rows, through);
            return true;
        });
    }

    private boolean claim(Connection connection, long batch, Map<String, Long> offsets)
            throws SQLException, JsonProcessingException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into sink_commit (checkpoint_id, batch, offsets) values (?, ?, ?::jsonb) on conflict do nothing")) {
            insert.setString(1, checkpointId);
            insert.setLong(2, batch);
            insert.setString(3, JSON.writeValueAsString(offsets));
            return insert.executeUpdate() == 1;
        }
    }

    private void writeRecords(Connection connection, long batch, List<Produced> rows)
            throws SQLException, JsonProcessingException {
        Map<String, CopyRows> copies = new TreeMap<>();
        Map<String, List<Instant>> times = new HashMap<>();
        for (Produced row : rows) {
            if (row.kind() != Produced.Kind.RECORD) {
                continue;
            }
            Arrival arrival = Arrival.of(row.payload());
            if (!arrival.refusal().isEmpty()) {
                continue;
            }
            EventTable.Origin origin = new EventTable.Origin(
                    String.valueOf(topicIds.get(row.name())),
                    row.partition(),
                    row.offset(),
                    Instant.ofEpochMilli(arrival.arrivalTime()),
                    batch);
            if (row.name().equals(Topics.LABELS)) {
                Label label = TopicDecoder.label(arrival.value());
                times.computeIfAbsent("labels", name -> new ArrayList<>()).add(label.getEventTime());
                copies.computeIfAbsent("labels", name -> new CopyRows()).add(labelRow(label, origin));
            } else {
                TopicDecoder.Event event = decoder.event(arrival.value());
                String name = event.type().name();
                EventTable table = Objects.requireNonNull(events.get(name));
                times.computeIfAbsent(name, key -> new ArrayList<>()).add(table.time(event.fields()));
                copies.computeIfAbsent(name, key -> new CopyRows()).add(table.row(event.fields(), origin));
            }
        }
        for (Map.Entry<String, CopyRows> copy : copies.entrySet()) {
            String table = copy.getKey();
            months.ensure(connection, table, times.getOrDefault(table, List.of()));
            copy.getValue().into(connection, table + "_stage", table);
            Sql.execute(
                    connection,
                    "insert into " + Sql.name(table) + " select * from " + Sql.name(table + "_stage")
                            + " order by kafka_partition, kafka_offset on conflict do nothing");
        }
    }

    private static List<@Nullable Object> labelRow(Label label, EventTable.Origin origin)
            throws JsonProcessingException {
        List<@Nullable Object> row = new ArrayList<>(Arrays.asList(
                label.getEventType(),
                label.getEventId(),
                label.getEventTime(),
                label.getKey(),
                JSON.writeValueAsString(label.getEntities()),
                label.getValue(),
                label.getKnownAt(),
                label.getRevision()));
        row.addAll(origin.columns());
        return row;
    }

    private void writeWindows(Connection connection, List<Produced> rows, Instant through) throws SQLException {
        for (WindowTable table : windows.values()) {
            for (View view : engine.views()) {
                if (!(view.definition().shape() instanceof ViewDefinition.Shape.Tumbling tumbling
                        && tumbling.table().equals(table.name()))) {
                    continue;
                }
                CopyRows copy = new CopyRows();
                List<Instant> starts = new ArrayList<>();
                for (Produced row : rows) {
                    if (row.kind() == Produced.Kind.WINDOW && row.name().equals(view.name())) {
                        ChangedWindow window = ChangedWindow.of(row.payload());
                        starts.add(Instant.ofEpochMilli(window.start()));
                        copy.add(table.row(view, row.entity(), window));
                    }
                }
                if (!copy.isEmpty()) {
                    months.ensure(connection, table.name(), starts);
                    table.merge(connection, view, copy);
                }
            }
            table.appendDue(connection, through);
        }
    }

    /** Appends the windows that are over although nothing new has come. */
    public synchronized void appendDue(Instant through) throws SQLException {
        inTransaction(connection -> {
            for (WindowTable table : windows.values()) {
                table.appendDue(connection, through);
            }
            return true;
        });
    }

    @FunctionalInterface
    private interface Work<T> {
        T in(Connection connection) throws SQLException, JsonProcessingException;
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        boolean committed = false;
        try (Connection connection = pool.getConnection()) {
            try {
                T result = work.in(connection);
                connection.commit();
                committed = true;
                return result;
            } catch (JsonProcessingException e) {
                throw new SQLException("A value could not be written as JSON, or read: " + e.getOriginalMessage(), e);
            } finally {
                if (!committed) {
                    connection.rollback();
                }
                months.settle(committed);
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}

package dev.millrace.training.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.millrace.feature.Model;
import dev.millrace.lake.Lake;
import dev.millrace.lake.LakeTable;
import dev.millrace.schema.definition.EventType;
import dev.millrace.training.data.Period;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** The lake's tables that a training set is made of, each at one snapshot, as they arrived or as if with a lag. */
final class SourceTables {

    /** Before anything that happened: a window without end reaches back to it. */
    private static final long BEGINNING = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();

    private static final long END = Instant.parse("9999-12-31T00:00:00Z").toEpochMilli();

    private static final String KNOWN_AT = "known_at";

    private final ModelReference.Compiled model;
    private final @Nullable Duration lag;
    private final Map<String, LakeTable<?>> tables = new TreeMap<>();
    private final Map<String, Long> snapshots = new TreeMap<>();

    /** @param lag how long after its time each event is taken to have arrived; null for when it did */
    SourceTables(Lake lake, ModelReference.Compiled model, @Nullable Duration lag) {
        this.model = model;
        this.lag = lag;
        for (String type : eventTypes()) {
            open(type, lake.events(model.useCase().event(type)));
        }
        open(Lake.LABELS, lake.labels());
    }

    private void open(String name, LakeTable<?> table) {
        tables.put(name, table);
        table.snapshot().ifPresent(snapshot -> snapshots.put(name, snapshot));
    }

    /** Those that were read, by table. */
    Map<String, Long> snapshots() {
        return Map.copyOf(snapshots);
    }

    /** The event types that feed a view that the model reads, and the rows' own. */
    private Set<String> eventTypes() {
        Set<String> types = new TreeSet<>(Set.of(model.rows().name()));
        for (Model.Binding binding : model.model().bindings()) {
            types.add(binding.view().source().eventType());
        }
        return types;
    }

    /**
     * Where rows begin and end.
     *
     * @param span before the last row, when the period does not say where rows begin
     * @throws TrainingException when nothing has arrived
     */
    RowRange range(Period period, Duration span, Instant now) {
        Instant from = period.from();
        Instant to = period.to();
        long newest = tables.keySet().stream()
                .map(name -> lastArrival(name, BEGINNING, END))
                .flatMapToLong(OptionalLong::stream)
                .max()
                .orElseThrow(() -> new TrainingException(
                        Code.NOT_ENOUGH_DATA,
                        "expected events in the lake's tables %s, but they are empty".formatted(eventTypes())));
        long known = Math.min(newest, now.toEpochMilli())
                - model.model().definition().label().knownAfter().toMillis();
        long last = to == null ? known : Math.min(known, to.toEpochMilli() - 1);
        long first = from == null ? last - span.toMillis() : from.toEpochMilli();
        return new RowRange(
                first, last, lastArrival(model.rows().name(), first, last).orElse(first));
    }

    private OptionalLong lastArrival(String name, long from, long to) {
        LakeTable<?> table = table(name);
        Long snapshot = snapshots.get(name);
        if (snapshot == null) {
            return OptionalLong.empty();
        }
        if (lag == null) {
            return table.greatest(PointInTimePlan.ARRIVAL_TIME, snapshot, from, to);
        }
        if (name.equals(Lake.LABELS)) {
            return table.greatest(KNOWN_AT, snapshot, from, to);
        }
        OptionalLong last = table.greatest(PointInTimePlan.EVENT_TIME, snapshot, from, to);
        return last.isEmpty() ? last : OptionalLong.of(last.getAsLong() + lag.toMillis());
    }

    /** Events from as far back as the rows' windows reach. */
    List<PointInTimePlan.Events> events(RowRange range) {
        List<PointInTimePlan.Events> events = new ArrayList<>();
        for (String name : eventTypes()) {
            EventType type = model.useCase().event(name);
            events.add(new PointInTimePlan.Events(type, read(name, range)));
        }
        return events;
    }

    Dataset<Row> labels(RowRange range) {
        return read(Lake.LABELS, range);
    }

    private Dataset<Row> read(String table, RowRange range) {
        long reach = Projector.reach(model.model());
        return read(table, range.from() - BEGINNING > reach ? range.from() - reach : BEGINNING);
    }

    private Dataset<Row> read(String name, long since) {
        LakeTable<?> table = table(name);
        Long snapshot = snapshots.get(name);
        Dataset<Row> rows = snapshot == null ? table.read() : table.readAt(snapshot, since);
        return lag == null ? rows : rows.withColumn(PointInTimePlan.ARRIVAL_TIME, simulated(name, lag));
    }

    private LakeTable<?> table(String name) {
        LakeTable<?> table = tables.get(name);
        if (table == null) {
            throw new IllegalArgumentException("Not one of " + tables.keySet() + ": " + name);
        }
        return table;
    }

    private static Column simulated(String table, Duration lag) {
        return table.equals(Lake.LABELS)
                ? col(KNOWN_AT)
                : col(PointInTimePlan.EVENT_TIME).plus(lit(lag.toMillis()));
    }
}

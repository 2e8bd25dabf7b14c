package dev.millrace.training.history;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.feature.SourceRecord;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.data.TrainingSetSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Training sets from the tables that the stream writes. Everything is read in one snapshot and folded in the order of
 * arrival, so a row takes what had arrived by its own arrival and no more.
 */
public final class PostgresHistory implements TrainingSetSource {

    /** How much of the time before the last known label is learnt from, unless the caller says. */
    private static final Duration SPAN = Duration.ofDays(30);

    private static final int LEAST_ROWS = 100;
    private static final String UNDEFINED_TABLE = "42P01";

    private final Settings settings;
    private final Clock clock;

    public PostgresHistory(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public TrainingSet read(Request request) {
        UseCase useCase = UseCaseLoader.load(settings.useCases(), request.useCase());
        Model model = model(FeatureEngine.compile(useCase), request);
        try (Connection connection = open(settings)) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            return new Reading(connection, useCase, model, request).set();
        } catch (SQLException e) {
            throw failed("read the events and labels", e);
        }
    }

    static Connection open(Settings settings) throws SQLException {
        return DriverManager.getConnection(
                settings.postgresUrl(), settings.postgresUser(), settings.postgresPassword());
    }

    static TrainingException failed(String what, SQLException e) {
        String advice = UNDEFINED_TABLE.equals(e.getSQLState())
                ? "; the stream makes its tables when it starts: has it run?"
                : "";
        return new TrainingException(Code.DATABASE, "cannot " + what + ": " + e.getMessage() + advice, e);
    }

    private static Model model(FeatureEngine engine, Request request) {
        List<String> names = engine.models().stream().map(Model::name).toList();
        String wanted = request.model();
        if (wanted == null && names.size() == 1) {
            return engine.models().getFirst();
        }
        return engine.models().stream()
                .filter(model -> model.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new TrainingException(
                        Code.UNKNOWN_MODEL,
                        "expected --model to be one of %s of the use case %s, but came %s"
                                .formatted(names, request.useCase(), wanted == null ? "nothing" : wanted)));
    }

    /** What a row's label is found by. */
    private record EventKey(String id, long time) {}

    /** One reading, in one transaction. */
    private final class Reading {
        private final Connection connection;
        private final UseCase useCase;
        private final Model model;
        private final EventType rows;
        private final Request request;
        private final ModelSpec spec;

        private Reading(Connection connection, UseCase useCase, Model model, Request request) {
            this.connection = connection;
            this.useCase = useCase;
            this.model = model;
            this.rows = useCase.event(model.definition().rows());
            this.request = request;
            this.spec = new ModelSpec(
                    useCase.name(),
                    model.name(),
                    model.definition().kind().name().toLowerCase(Locale.ROOT),
                    model.digest(),
                    model.definition().label().knownAfter(),
                    model.definition().promote());
        }

        private TrainingSet set() throws SQLException {
            long batch = number("select batch from sink_commit order by committed_at desc, batch desc limit 1")
                    .orElse(-1L);
            Range range = range();
            TrainingSet set = fold(range, labels(range), batch);
            requireEnough(set, range);
            return set;
        }

        /**
         * The rows, by event time.
         *
         * @param from inclusive
         * @param to inclusive
         * @param lastArrival of any of them
         */
        private record Range(Instant from, Instant to, Instant lastArrival) {}

        private Range range() throws SQLException {
            Set<String> tables = new TreeSet<>(eventTypes());
            Instant newest = Instant.MIN;
            for (String table : tables) {
                newest = later(newest, instant("select max(arrival_time) from " + EventTable.name(table)));
            }
            newest = later(newest, instant("select max(arrival_time) from labels"));
            if (newest.equals(Instant.MIN)) {
                throw new TrainingException(
                        Code.NOT_ENOUGH_DATA, "expected events in the tables %s, but they are empty".formatted(tables));
            }
            Instant now = clock.instant();
            Instant known = (newest.isAfter(now) ? now : newest).minus(spec.labelsKnownAfter());
            Instant asked = request.to() == null ? known : request.to().minusMillis(1);
            Instant to = asked.isBefore(known) ? asked : known;
            Instant from = request.from() == null ? to.minus(SPAN) : request.from();
            Instant lastArrival = later(
                    from,
                    instant(
                            "select max(arrival_time) from %s where %s >= ? and %s <= ?"
                                    .formatted(
                                            EventTable.name(rows.name()),
                                            EventTable.name(rows.timeField()),
                                            EventTable.name(rows.timeField())),
                            from,
                            to));
            return new Range(from, to, lastArrival);
        }

        private static Instant later(Instant one, @Nullable Instant other) {
            return other == null || one.isAfter(other) ? one : other;
        }

        /** The event types that feed a view that the model reads, and the rows' own. */
        private List<String> eventTypes() {
            Set<String> types = new TreeSet<>(Set.of(rows.name()));
            model.bindings()
                    .forEach(binding -> types.add(binding.view().source().eventType()));
            return List.copyOf(types);
        }

        /** What has turned out so far: the highest revision of each label. */
        private Map<EventKey, Double> labels(Range range) throws SQLException {
            Map<EventKey, Double> labels = new HashMap<>();
            try (PreparedStatement query = query(
                            "select event_id, event_time, value from labels where event_type = ? and event_time >= ?"
                                    + " and event_time <= ? order by revision",
                            rows.name(),
                            range.from(),
                            range.to());
                    ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    Long time = EventTable.millis(found, "event_time");
                    if (time != null) {
                        labels.put(new EventKey(found.getString("event_id"), time), found.getDouble("value"));
                    }
                }
            }
            return labels;
        }

        private TrainingSet fold(Range range, Map<EventKey, Double> labels, long batch) throws SQLException {
            PointInTime features = new PointInTime(model);
            List<double[]> vectors = new ArrayList<>();
            List<Double> truths = new ArrayList<>();
            List<String> ids = new ArrayList<>();
            List<Long> times = new ArrayList<>();
            try (Merge merge = merge(range.from().minusMillis(features.reach()), range.lastArrival())) {
                for (Arrived arrived = merge.next(); arrived != null; arrived = merge.next()) {
                    features.take(arrived);
                    if (arrived instanceof Arrived.Event event && isRow(event, range)) {
                        SourceRecord row = event.record();
                        vectors.add(features.vector(row));
                        truths.add(truth(event, labels));
                        ids.add(row.id());
                        times.add(row.time());
                    }
                }
            }
            return new TrainingSet(
                    spec,
                    model.features(),
                    vectors.toArray(double[][]::new),
                    truths.stream().mapToDouble(Double::doubleValue).toArray(),
                    ids,
                    times.stream().mapToLong(Long::longValue).toArray(),
                    batch);
        }

        private void requireEnough(TrainingSet set, Range range) {
            long positives =
                    Arrays.stream(set.labels()).filter(label -> label == 1).count();
            if (set.size() < LEAST_ROWS || positives == 0 || positives == set.size()) {
                throw new TrainingException(
                        Code.NOT_ENOUGH_DATA,
                        "expected at least %d rows of both classes from %s to %s, but came %d rows, %d of them positive:"
                                        .formatted(LEAST_ROWS, range.from(), range.to(), set.size(), positives)
                                + " labels are known %s after their event".formatted(spec.labelsKnownAfter()));
            }
        }

        private boolean isRow(Arrived.Event event, Range range) {
            long time = event.record().time();
            return event.type().name().equals(rows.name())
                    && time >= range.from().toEpochMilli()
                    && time <= range.to().toEpochMilli();
        }

        /** An event without a label is negative: {@code known_after} has passed. */
        private double truth(Arrived.Event event, Map<EventKey, Double> labels) {
            SourceRecord row = event.record();
            Double label = labels.get(new EventKey(row.id(), row.time()));
            return label != null
                    ? label
                    : PointInTime.ownFlag(rows, row.fields()).orElse(0.0);
        }

        private Merge merge(Instant from, Instant through) throws SQLException {
            Merge merge = new Merge(connection);
            for (String name : eventTypes()) {
                EventTable table = new EventTable(useCase.event(name));
                merge.add(table.sql(), table::event, utc(from), utc(through));
            }
            List<String> labelled = model.bindings().stream()
                    .map(binding -> binding.view().source())
                    .filter(Source.Labels.class::isInstance)
                    .map(Source::eventType)
                    .distinct()
                    .toList();
            for (String name : labelled) {
                merge.add(LabelTable.SQL, LabelTable::label, name, utc(from), utc(through));
            }
            return merge;
        }

        private Optional<Long> number(String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet found = statement.executeQuery(sql)) {
                return found.next() ? Optional.of(found.getLong(1)) : Optional.empty();
            }
        }

        private @Nullable Instant instant(String sql, Object... parameters) throws SQLException {
            try (PreparedStatement query = query(sql, parameters);
                    ResultSet found = query.executeQuery()) {
                found.next();
                OffsetDateTime time = found.getObject(1, OffsetDateTime.class);
                return time == null ? null : time.toInstant();
            }
        }

        private PreparedStatement query(String sql, Object... parameters) throws SQLException {
            PreparedStatement statement = connection.prepareStatement(sql);
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i] instanceof Instant time ? utc(time) : parameters[i]);
            }
            return statement;
        }
    }

    private static OffsetDateTime utc(Instant time) {
        return OffsetDateTime.ofInstant(time, ZoneOffset.UTC);
    }
}

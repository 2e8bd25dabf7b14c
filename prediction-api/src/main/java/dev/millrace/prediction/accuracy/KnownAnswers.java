package dev.millrace.prediction.accuracy;

import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.UseCase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.apache.avro.Schema;

/**
 * Answers about one model's events whose truth is known, in the stream's tables. A truth is an event's label of the highest
 * revision, else its own flag, else negative: its model's {@code known_after} has passed.
 */
final class KnownAnswers {

    /** It shares the database with the stream: better no figure than one that keeps it busy. */
    private static final int LONGEST_SECONDS = 30;

    private final DataSource source;
    private final ModelDefinition model;
    private final String sql;

    KnownAnswers(DataSource source, UseCase useCase, ModelDefinition model) {
        this.source = source;
        this.model = model;
        this.sql = sql(useCase.event(model.rows()));
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Per version, the events of each class, and what {@link Ranking} is made of: sums over its scores from the highest down. */
    private static String sql(EventType type) {
        String flag = type.label()
                .flatMap(EventType.LabelRule::field)
                .map(field -> "e." + quoted(field) + "::int")
                .orElse("null");
        return """
                with asked as (
                  select event_id, model_version, score, others, answered_at from predictions
                  where model = ? and asked_for >= ? and asked_for < ? and event_id is not null
                ), answers as (
                  select event_id, model_version, score, answered_at from asked where model_version <> 'none'
                  union all
                  select event_id, other.model_version, other.score, answered_at from asked
                  cross join lateral jsonb_to_recordset(others) as other(model_version text, score double precision)
                ), newest as (
                  select distinct on (model_version, event_id) * from answers
                  where score <> 'NaN' order by model_version, event_id, answered_at desc
                ), known as (
                  select a.model_version, a.score,
                    coalesce((select l.value from labels l
                              where l.event_type = ? and l.event_id = a.event_id and l.event_time = e.%2$s
                              order by l.revision desc, l.value desc limit 1), %4$s, 0) = 1 as positive
                  from newest a join %1$s e on e.%3$s = a.event_id::%5$s
                ), scores as (
                  select model_version, score, count(*) filter (where positive)::float8 as positives,
                    count(*) filter (where not positive)::float8 as negatives
                  from known group by model_version, score
                ), thresholds as (
                  select *, sum(positives) over higher as hits, sum(positives + negatives) over higher as taken
                  from scores window higher as (partition by model_version order by score desc)
                )
                select model_version, sum(positives), sum(negatives), sum(negatives * (hits - positives / 2)),
                  sum(positives * hits / taken)
                from thresholds group by model_version
                """.formatted(
                        quoted(type.name()),
                        quoted(type.timeField()),
                        quoted(type.idField()),
                        flag,
                        columnType(type.schema().getField(type.idField()).schema()));
    }

    /** As the stream's table has it. */
    private static String columnType(Schema nullable) {
        Schema schema = AvroTypes.nonNull(nullable);
        return switch (schema.getType()) {
            case LONG -> "bigint";
            case INT -> "integer";
            default -> AvroTypes.isUuid(schema) ? "uuid" : "text";
        };
    }

    String name() {
        return model.name();
    }

    /**
     * Of each version that answered, or said beside an answer what it thinks.
     *
     * @param window how much of what is known counts, in time of events
     */
    Map<String, Ranking> rankings(Instant now, Duration window) throws SQLException {
        Instant known = now.minus(model.label().knownAfter());
        Map<String, Ranking> found = new TreeMap<>();
        try (Connection connection = source.getConnection();
                PreparedStatement query = connection.prepareStatement(sql)) {
            query.setQueryTimeout(LONGEST_SECONDS);
            query.setString(1, model.name());
            query.setObject(2, known.minus(window).atOffset(ZoneOffset.UTC));
            query.setObject(3, known.atOffset(ZoneOffset.UTC));
            query.setString(4, model.rows());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.put(
                            rows.getString(1),
                            Ranking.of(rows.getDouble(2), rows.getDouble(3), rows.getDouble(4), rows.getDouble(5)));
                }
            }
        }
        return found;
    }
}

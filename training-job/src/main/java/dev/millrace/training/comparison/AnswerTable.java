package dev.millrace.training.comparison;

import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/**
 * The stream's table of answers, read beside its events and labels. A truth is an event's label of the highest revision, else
 * its own flag, else negative, once {@code known_after} has passed: as training has it.
 */
public final class AnswerTable {

    private static final int FETCH = 5_000;

    private final Settings settings;

    public AnswerTable(Settings settings) {
        this.settings = settings;
    }

    private record Row(
            double champion,
            boolean championDecision,
            double challenger,
            boolean challengerDecision,
            boolean positive) {}

    /**
     * The last answer about each event of which both versions said something at the same moment.
     *
     * @param champion a version as answers name it, such as {@code v3}; as {@code challenger} is
     * @param window how far back from now
     * @throws TrainingException when the table cannot be read
     */
    public Answers read(
            UseCase useCase, ModelDefinition model, String champion, String challenger, Instant now, Duration window) {
        List<Row> rows = new ArrayList<>();
        long asked = 0;
        try (Connection connection = DriverManager.getConnection(
                settings.postgresUrl(), settings.postgresUser(), settings.postgresPassword())) {
            // A cursor needs a transaction.
            connection.setAutoCommit(false);
            try (PreparedStatement query = connection.prepareStatement(sql(useCase.event(model.rows())))) {
                query.setFetchSize(FETCH);
                query.setString(1, champion);
                query.setString(2, champion);
                query.setString(3, challenger);
                query.setString(4, challenger);
                query.setString(5, model.name());
                query.setObject(6, now.minus(window).atOffset(ZoneOffset.UTC));
                query.setString(7, model.rows());
                query.setObject(8, now.minus(model.label().knownAfter()).atOffset(ZoneOffset.UTC));
                try (ResultSet found = query.executeQuery()) {
                    while (found.next()) {
                        asked++;
                        boolean positive = found.getBoolean(5);
                        if (!found.wasNull()) {
                            rows.add(new Row(
                                    found.getDouble(1),
                                    found.getBoolean(2),
                                    found.getDouble(3),
                                    found.getBoolean(4),
                                    positive));
                        }
                    }
                }
            }
        } catch (SQLException e) {
            throw new TrainingException(Code.DATABASE, "cannot read the answers in predictions: " + e.getMessage(), e);
        }
        return answers(asked, rows);
    }

    private static Answers answers(long asked, List<Row> rows) {
        boolean[] championDecisions = new boolean[rows.size()];
        boolean[] challengerDecisions = new boolean[rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            championDecisions[i] = rows.get(i).championDecision();
            challengerDecisions[i] = rows.get(i).challengerDecision();
        }
        return new Answers(
                asked,
                rows.stream().mapToDouble(Row::champion).toArray(),
                championDecisions,
                rows.stream().mapToDouble(Row::challenger).toArray(),
                challengerDecisions,
                rows.stream().mapToDouble(row -> row.positive() ? 1 : 0).toArray());
    }

    private static String sql(EventType type) {
        String flag = type.label()
                .flatMap(EventType.LabelRule::field)
                .map(field -> "e." + quoted(field) + "::int")
                .orElse("null");
        String said = """
                (select p.score, p.decision where p.model_version = ?
                 union all
                 select other.score, other.decision from jsonb_to_recordset(p.others)
                   as other(model_version text, score double precision, decision boolean) where other.model_version = ?
                 limit 1)
                """;
        return """
                with both_said as (
                  select distinct on (p.event_id) p.event_id, p.asked_for,
                    champion.score as champion, champion.decision as champion_decision,
                    challenger.score as challenger, challenger.decision as challenger_decision
                  from predictions p cross join lateral %1$s champion cross join lateral %1$s challenger
                  where p.model = ? and p.asked_for >= ? and p.event_id is not null
                    and champion.score <> 'NaN' and challenger.score <> 'NaN'
                  order by p.event_id, p.answered_at desc
                )
                select champion, champion_decision, challenger, challenger_decision, truth.positive
                from both_said b left join lateral (
                  select coalesce((select l.value from labels l
                                   where l.event_type = ? and l.event_id = b.event_id and l.event_time = e.%3$s
                                   order by l.revision desc, l.value desc limit 1), %5$s, 0) = 1 as positive
                  from %2$s e where e.%4$s = b.event_id::%6$s and b.asked_for < ? limit 1
                ) truth on true
                order by b.event_id
                """.formatted(
                        said,
                        quoted(type.name()),
                        quoted(type.timeField()),
                        quoted(type.idField()),
                        flag,
                        columnType(type.schema().getField(type.idField()).schema()));
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
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
}

package dev.millrace.stream.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.schema.avro.OtherScore;
import dev.millrace.schema.avro.Prediction;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLState;

/** The table {@code predictions}: what was answered, each record of the topic once. Not thread-safe. */
public final class PredictionTable {
    private static final String NAME = "predictions";
    private static final String STAGE = NAME + "_stage";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** In the order of {@link #columns}. */
    private static final List<String> COLUMNS = List.of(
            "request_id",
            "event_id",
            "model",
            "model_version",
            "alias",
            "score",
            "decision",
            "vector",
            "definitions_digest",
            "model_digest",
            "event_key",
            "asked_for",
            "answered_at",
            "as_of",
            "complete",
            "reasons",
            "replaced",
            "entities",
            "offsets",
            "others",
            "trace_id",
            "topic_id",
            "kafka_partition",
            "kafka_offset",
            "outcome",
            "probabilities",
            "estimates");

    private static final Comparator<Row> ORDER =
            Comparator.comparingInt(Row::partition).thenComparingLong(Row::offset);

    private final DataSource source;
    private final MonthPartitions months = new MonthPartitions();

    /**
     * Whether the last rows were there in part: read again after a failure, or written by another stream too. Then they go by way of
     * a staging table, which a straight copy does without.
     */
    private boolean isShared;

    /** @param source whose connections do not commit by themselves */
    public PredictionTable(DataSource source) {
        this.source = source;
    }

    /**
     * A record of the topic, and where it lies.
     *
     * @param topicId Kafka's, as text
     */
    public record Row(Prediction prediction, String topicId, int partition, long offset) {}

    /** In one transaction. A record that is there already stays as it is. */
    public void write(List<Row> rows) throws SQLException {
        // Whoever writes the same records takes their keys in the same order, and waits for us instead of against us.
        List<Row> ordered = rows.stream().sorted(ORDER).toList();
        CopyRows copy = new CopyRows(COLUMNS);
        for (Row row : ordered) {
            copy.add(columns(row));
        }
        if (!isShared) {
            try {
                inTransaction(ordered, connection -> copy.into(connection, NAME));
                return;
            } catch (SQLException e) {
                if (!PSQLState.UNIQUE_VIOLATION.getState().equals(e.getSQLState())) {
                    throw e;
                }
            }
        }
        inTransaction(ordered, connection -> {
            copy.into(connection, STAGE, NAME);
            int written = Sql.update(
                    connection,
                    copy.insert(NAME, STAGE) + " order by kafka_partition, kafka_offset on conflict do nothing");
            isShared = written < ordered.size();
        });
    }

    @FunctionalInterface
    private interface Work {
        void in(Connection connection) throws SQLException;
    }

    private void inTransaction(List<Row> rows, Work work) throws SQLException {
        boolean committed = false;
        try (Connection connection = source.getConnection()) {
            try {
                months.ensure(connection, NAME, moments(rows));
                work.in(connection);
                connection.commit();
                committed = true;
            } finally {
                if (!committed) {
                    connection.rollback();
                }
                months.settle(committed);
            }
        }
    }

    private static List<Instant> moments(List<Row> rows) {
        return rows.stream().map(row -> row.prediction().getAnsweredAt()).toList();
    }

    private static List<@Nullable Object> columns(Row row) throws SQLException {
        Prediction prediction = row.prediction();
        List<@Nullable Object> columns = new ArrayList<>();
        columns.add(prediction.getRequestId());
        columns.add(prediction.getEventId());
        columns.add(prediction.getModel());
        columns.add(prediction.getModelVersion());
        columns.add(prediction.getAlias());
        columns.add(prediction.getScore());
        columns.add(prediction.getDecision());
        columns.add(prediction.getVector().stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}")));
        columns.add(prediction.getDefinitionsDigest());
        columns.add(prediction.getModelDigest());
        columns.add(prediction.getKey());
        columns.add(prediction.getAskedFor());
        columns.add(prediction.getAnsweredAt());
        columns.add(prediction.getAsOf());
        columns.add(prediction.getComplete());
        columns.add(json(prediction.getReasons()));
        columns.add(json(prediction.getReplaced()));
        columns.add(json(prediction.getEntities()));
        columns.add(json(prediction.getOffsets()));
        columns.add(
                json(prediction.getOthers().stream().map(PredictionTable::other).toList()));
        columns.add(prediction.getTraceId());
        columns.add(row.topicId());
        columns.add(row.partition());
        columns.add(row.offset());
        columns.add(prediction.getOutcome());
        columns.add(json(prediction.getProbabilities()));
        columns.add(json(prediction.getEstimates()));
        return columns;
    }

    private static Map<String, Object> other(OtherScore other) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("alias", other.getAlias());
        fields.put("model_version", other.getModelVersion());
        fields.put("score", other.getScore());
        fields.put("decision", other.getDecision());
        String outcome = other.getOutcome();
        if (outcome != null) {
            fields.put("outcome", outcome);
            fields.put("probabilities", other.getProbabilities());
        }
        if (!other.getEstimates().isEmpty()) {
            fields.put("estimates", other.getEstimates());
        }
        return fields;
    }

    private static String json(Object value) throws SQLException {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new SQLException("A value could not be written as JSON: " + e.getOriginalMessage(), e);
        }
    }
}

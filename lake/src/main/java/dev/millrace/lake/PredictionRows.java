package dev.millrace.lake;

import dev.millrace.lake.Columns.Column;
import dev.millrace.schema.avro.OtherScore;
import dev.millrace.schema.avro.Prediction;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** What was answered as rows. The event's time is that which the answer was asked for. */
public final class PredictionRows implements RecordRows<Prediction> {
    private static final int REQUEST_ID = Columns.COMMON;
    private static final int MODEL = REQUEST_ID + 1;
    private static final int MODEL_VERSION = MODEL + 1;
    private static final int ALIAS = MODEL_VERSION + 1;
    private static final int SCORE = ALIAS + 1;
    private static final int DECISION = SCORE + 1;
    private static final int VECTOR = DECISION + 1;
    private static final int DEFINITIONS_DIGEST = VECTOR + 1;
    private static final int MODEL_DIGEST = DEFINITIONS_DIGEST + 1;
    private static final int KEY = MODEL_DIGEST + 1;
    private static final int ANSWERED_AT = KEY + 1;
    private static final int AS_OF = ANSWERED_AT + 1;
    private static final int COMPLETE = AS_OF + 1;
    private static final int REASONS = COMPLETE + 1;
    private static final int REPLACED = REASONS + 1;
    private static final int ENTITIES = REPLACED + 1;
    private static final int OFFSETS = ENTITIES + 1;
    private static final int OTHERS = OFFSETS + 1;
    private static final int TRACE_ID = OTHERS + 1;
    private static final int OUTCOME = TRACE_ID + 1;
    private static final int PROBABILITIES = OUTCOME + 1;
    private static final int ESTIMATES = PROBABILITIES + 1;

    private static final DataType TEXTS = DataTypes.createArrayType(DataTypes.StringType, false);
    private static final DataType BY_NAME = DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType, false);
    private static final StructType OTHER = new StructType()
            .add("alias", DataTypes.StringType, false)
            .add("model_version", DataTypes.StringType, false)
            .add("score", DataTypes.DoubleType, false)
            .add("decision", DataTypes.BooleanType, false)
            .add("outcome", DataTypes.StringType, true)
            .add("probabilities", BY_NAME, true)
            .add("estimates", BY_NAME, true);

    private static final Set<String> OPTIONAL = Set.of("as_of", "trace_id", "outcome", "probabilities", "estimates");

    private static final Columns COLUMNS = new Columns(List.of(
            new Column("request_id", DataTypes.StringType),
            new Column("model", DataTypes.StringType),
            new Column("model_version", DataTypes.StringType),
            new Column("alias", DataTypes.StringType),
            new Column("score", DataTypes.DoubleType),
            new Column("decision", DataTypes.BooleanType),
            new Column("vector", DataTypes.createArrayType(DataTypes.DoubleType, false)),
            new Column("definitions_digest", DataTypes.StringType),
            new Column("model_digest", DataTypes.StringType),
            new Column("event_key", DataTypes.StringType),
            new Column("answered_at", DataTypes.TimestampType),
            new Column("as_of", DataTypes.TimestampType),
            new Column("complete", DataTypes.BooleanType),
            new Column("reasons", TEXTS),
            new Column("replaced", TEXTS),
            new Column("entities", DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType, false)),
            new Column("offsets", DataTypes.createMapType(DataTypes.StringType, DataTypes.LongType, false)),
            new Column("others", DataTypes.createArrayType(OTHER, false)),
            new Column("trace_id", DataTypes.StringType),
            new Column("outcome", DataTypes.StringType),
            new Column("probabilities", BY_NAME),
            new Column("estimates", BY_NAME)));

    @Override
    public Columns columns() {
        return COLUMNS;
    }

    @Override
    public boolean isOptional(String column) {
        return OPTIONAL.contains(column);
    }

    @Override
    public Row row(Prediction prediction, Position position) {
        @Nullable
        Object[] row =
                COLUMNS.row(prediction.getEventId(), prediction.getAskedFor().toEpochMilli(), position);
        row[REQUEST_ID] = prediction.getRequestId();
        row[MODEL] = prediction.getModel();
        row[MODEL_VERSION] = prediction.getModelVersion();
        row[ALIAS] = prediction.getAlias();
        row[SCORE] = prediction.getScore();
        row[DECISION] = prediction.getDecision();
        row[VECTOR] = prediction.getVector().toArray();
        row[DEFINITIONS_DIGEST] = prediction.getDefinitionsDigest();
        row[MODEL_DIGEST] = prediction.getModelDigest();
        row[KEY] = prediction.getKey();
        row[ANSWERED_AT] = prediction.getAnsweredAt().toEpochMilli();
        Instant asOf = prediction.getAsOf();
        row[AS_OF] = asOf == null ? null : (Long) asOf.toEpochMilli();
        row[COMPLETE] = prediction.getComplete();
        row[REASONS] = prediction.getReasons().toArray();
        row[REPLACED] = prediction.getReplaced().toArray();
        row[ENTITIES] = CollectionConverters.asScala(prediction.getEntities());
        row[OFFSETS] = CollectionConverters.asScala(prediction.getOffsets());
        row[OTHERS] = prediction.getOthers().stream()
                .map(other -> RowFactory.create(
                        other.getAlias(),
                        other.getModelVersion(),
                        other.getScore(),
                        other.getDecision(),
                        other.getOutcome(),
                        CollectionConverters.asScala(other.getProbabilities()),
                        CollectionConverters.asScala(other.getEstimates())))
                .toArray();
        row[TRACE_ID] = prediction.getTraceId();
        row[OUTCOME] = prediction.getOutcome();
        row[PROBABILITIES] = CollectionConverters.asScala(prediction.getProbabilities());
        row[ESTIMATES] = CollectionConverters.asScala(prediction.getEstimates());
        return RowFactory.create(row);
    }

    @Override
    public Prediction record(Row row) {
        Map<String, String> entities = new HashMap<>(row.<String, String>getJavaMap(ENTITIES));
        Map<String, Long> offsets = new HashMap<>(row.<String, Long>getJavaMap(OFFSETS));
        return new Prediction(
                row.getString(REQUEST_ID),
                row.getString(Columns.EVENT_ID),
                row.getString(MODEL),
                row.getString(MODEL_VERSION),
                row.getString(DEFINITIONS_DIGEST),
                row.getString(KEY),
                Instant.ofEpochMilli(row.getLong(ANSWERED_AT)),
                Instant.ofEpochMilli(row.getLong(Columns.EVENT_TIME)),
                row.isNullAt(AS_OF) ? null : Instant.ofEpochMilli(row.getLong(AS_OF)),
                row.getBoolean(COMPLETE),
                row.getList(REASONS),
                row.getList(VECTOR),
                row.getList(REPLACED),
                row.getDouble(SCORE),
                row.getBoolean(DECISION),
                entities,
                offsets,
                row.getString(ALIAS),
                row.getString(MODEL_DIGEST),
                row.<Row>getList(OTHERS).stream().map(PredictionRows::other).toList(),
                row.getString(TRACE_ID),
                row.getString(OUTCOME),
                numbers(row, PROBABILITIES),
                numbers(row, ESTIMATES));
    }

    /** In a snapshot of before there were classes, of four columns; of before there were estimates, of six. */
    private static OtherScore other(Row other) {
        boolean classes = other.size() > 4;
        return new OtherScore(
                other.getString(0),
                other.getString(1),
                other.getDouble(2),
                other.getBoolean(3),
                classes ? other.getString(4) : null,
                classes ? numbers(other, 5) : Map.of(),
                other.size() > 6 ? numbers(other, 6) : Map.of());
    }

    /** By name; none in rows of before there was such a column. */
    private static Map<String, Double> numbers(Row row, int column) {
        return row.isNullAt(column) ? Map.of() : new HashMap<>(row.<String, Double>getJavaMap(column));
    }
}

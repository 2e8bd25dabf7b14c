package dev.millrace.stream.lane;

import dev.millrace.feature.state.CorruptBlockException;
import java.sql.Timestamp;
import java.time.Instant;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What goes into the stateful step: a task's events of one view and entity; and its records as a whole, keyed by their
 * partition, which pass through.
 *
 * @param key what the stateful step groups by
 * @param topicId fingerprint of Kafka's topic id
 * @param pack a {@link Pack} of projected events, or of {@link Arrival}s
 */
public record Keyed(String key, long topicId, int partition, byte[] pack) {
    /** The column with the wall time at which a row was read: what expiry goes by. */
    static final String READ_AT = "readAt";

    static final StructType SCHEMA = new StructType()
            .add("key", DataTypes.StringType, false)
            .add("topicId", DataTypes.LongType, false)
            .add("partition", DataTypes.IntegerType, false)
            .add("pack", DataTypes.BinaryType, false)
            .add(READ_AT, DataTypes.TimestampType, false);

    private static final char VIEW = 'v';
    private static final char RECORD = 'r';
    private static final char SEPARATOR = '\u0001';

    public static String viewKey(String view, String entity) {
        return VIEW + view + SEPARATOR + entity;
    }

    static String recordKey(String topic, int partition) {
        return RECORD + topic + SEPARATOR + partition;
    }

    static boolean isView(String key) {
        return key.charAt(0) == VIEW;
    }

    /** The view or topic of a key. */
    public static String name(String key) {
        return key.substring(1, key.indexOf(SEPARATOR));
    }

    /** The entity or partition of a key. */
    public static String rest(String key) {
        return key.substring(key.indexOf(SEPARATOR) + 1);
    }

    /** What is kept beside a state that names it. */
    static byte[] older(String key, byte @Nullable [] kept) {
        if (kept == null) {
            throw new CorruptBlockException("The state of " + name(key) + " " + rest(key) + " lacks its older block");
        }
        return kept;
    }

    Row toRow(Instant readAt) {
        return RowFactory.create(key, topicId, partition, pack, Timestamp.from(readAt));
    }

    static Keyed of(Row row) {
        return new Keyed(row.getString(0), row.getLong(1), row.getInt(2), row.getAs(3));
    }
}

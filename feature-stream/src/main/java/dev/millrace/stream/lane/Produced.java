package dev.millrace.stream.lane;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What comes out of the stateful step.
 *
 * @param name of the view or topic
 * @param entity the entity's key; empty for a record
 * @param topicId fingerprint of Kafka's topic id; 0 for a block or window
 * @param offset of a record or an event that came too late; else 0
 * @param payload an {@link ServedState}, a {@link ChangedWindow}, an {@link Arrival} or a pack of those; empty for an event
 *     that came too late
 */
public record Produced(
        Kind kind, String name, String entity, long topicId, int partition, long offset, byte[] payload) {
    /** What the payload is. */
    public enum Kind {
        BLOCK,
        WINDOW,
        RECORD,
        TOO_LATE,
        /** Several records of one partition, as they come out of the step: see {@link #unpacked}. */
        RECORDS
    }

    static final StructType SCHEMA = new StructType()
            .add("kind", DataTypes.IntegerType, false)
            .add("name", DataTypes.StringType, false)
            .add("entity", DataTypes.StringType, false)
            .add("topicId", DataTypes.LongType, false)
            .add("partition", DataTypes.IntegerType, false)
            .add("offset", DataTypes.LongType, false)
            .add("payload", DataTypes.BinaryType, false);

    /** What Redis is to hold. */
    static Produced block(String view, String entity, ServedState state) {
        return new Produced(Kind.BLOCK, view, entity, 0, 0, 0, state.toBytes());
    }

    public Row toRow() {
        return RowFactory.create(kind.ordinal(), name, entity, topicId, partition, offset, payload);
    }

    public static Produced of(Row row) {
        return new Produced(
                Kind.values()[row.getInt(0)],
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                row.getInt(4),
                row.getLong(5),
                row.getAs(6));
    }

    /** The records that these are; all else is itself. */
    public List<Produced> unpacked() {
        if (kind != Kind.RECORDS) {
            return List.of(this);
        }
        return Pack.items(payload).stream()
                .map(item -> new Produced(Kind.RECORD, name, entity, topicId, partition, item.offset(), item.payload()))
                .toList();
    }
}

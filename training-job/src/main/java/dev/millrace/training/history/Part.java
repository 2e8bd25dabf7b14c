package dev.millrace.training.history;

import com.google.common.hash.Hashing;
import dev.millrace.lake.Position;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What one record means to one entity of one view: something to fold, a question that a row asks, or first the one and
 * then the other. Narrow: this is what is sorted.
 *
 * @param view index into the model's views
 * @param turn of parts of one record
 * @param event a projected event's bytes, null when there is nothing to fold
 * @param question null when nothing is asked
 */
record Part(
        int view,
        String entity,
        Position position,
        int turn,
        byte @Nullable [] event,
        @Nullable Question question) {

    static final StructType SCHEMA = new StructType()
            .add("slot", DataTypes.LongType, false)
            .add("view", DataTypes.IntegerType, false)
            .add("entity", DataTypes.StringType, false)
            .add("arrival", DataTypes.LongType, false)
            .add("topic", DataTypes.StringType, false)
            .add("partition", DataTypes.IntegerType, false)
            .add("offset", DataTypes.LongType, false)
            .add("turn", DataTypes.IntegerType, false)
            .add("event", DataTypes.BinaryType, true)
            .add("binding", DataTypes.IntegerType, true)
            .add("id", DataTypes.StringType, true)
            .add("time", DataTypes.LongType, true);

    /** In this order an entity's parts come in the order of their arrival; the slot comes first because Spark compares eight bytes fastest. */
    static final String[] ORDER = {"slot", "view", "entity", "arrival", "topic", "partition", "offset", "turn"};

    /**
     * Of a row, for one of the bindings that its model reads.
     *
     * @param id of the row's event
     * @param time of the row's event, the moment to read at
     */
    record Question(int binding, String id, long time) {}

    boolean isOf(int otherView, String otherEntity) {
        return view == otherView && entity.equals(otherEntity);
    }

    Part asking(Question asked) {
        return new Part(view, entity, position, turn, event, asked);
    }

    Row toRow() {
        return RowFactory.create(
                slot(),
                view,
                entity,
                position.arrivalTime(),
                position.topicId(),
                position.partition(),
                position.offset(),
                turn,
                event,
                question == null ? null : question.binding(),
                question == null ? null : question.id(),
                question == null ? null : question.time());
    }

    private long slot() {
        return 31
                        * Hashing.farmHashFingerprint64()
                                .hashString(entity, StandardCharsets.UTF_8)
                                .asLong()
                + view;
    }

    static Part of(Row row) {
        return new Part(
                row.getInt(1),
                row.getString(2),
                new Position(row.getLong(3), row.getString(4), row.getInt(5), row.getLong(6)),
                row.getInt(7),
                row.isNullAt(8) ? null : row.getAs(8),
                row.isNullAt(9) ? null : new Question(row.getInt(9), row.getString(10), row.getLong(11)));
    }
}

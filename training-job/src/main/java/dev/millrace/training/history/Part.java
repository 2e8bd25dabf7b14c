package dev.millrace.training.history;

import com.google.common.hash.Hashing;
import dev.millrace.lake.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What one record means to one entity of one view: something to fold, a question that a row asks, or first the one and
 * then the other. As a row it has few columns and little in them: this is what is sorted.
 *
 * @param view index into the model's views
 * @param group whose parts are folded together: the entity's, or all of a view whose entities meet
 * @param key what is folded under it, and asked of it
 * @param turn of parts of one record
 * @param event a projected event's bytes, null when there is nothing to fold
 * @param question null when nothing is asked
 */
record Part(
        int view,
        String group,
        String key,
        Position position,
        int turn,
        byte @Nullable [] event,
        @Nullable Question question) {

    static final String SLOT = "slot";

    static final StructType SCHEMA = new StructType()
            .add(SLOT, DataTypes.LongType, false)
            .add("place", DataTypes.BinaryType, false)
            .add("key", DataTypes.StringType, true)
            .add("event", DataTypes.BinaryType, true)
            .add("binding", DataTypes.IntegerType, true)
            .add("row", DataTypes.BinaryType, true)
            .add("record", DataTypes.BinaryType, true);

    /** In this order a group's parts follow each other as they arrived. The slot comes first: eight bytes compare fastest. */
    static final String[] ORDER = {SLOT, "place"};

    /**
     * Of a row, for one of the bindings that its model reads.
     *
     * @param row as {@link Piece#row} has it
     * @param record the row's own event, or null when another of its questions carries it
     */
    record Question(int binding, byte[] row, byte @Nullable [] record) {}

    boolean isOf(int otherView, String otherGroup, String otherKey) {
        return view == otherView && group.equals(otherGroup) && key.equals(otherKey);
    }

    Part asking(Question asked) {
        return new Part(view, group, key, position, turn, event, asked);
    }

    Row toRow() {
        byte[] name = group.getBytes(StandardCharsets.UTF_8);
        byte[] where = Places.of(position);
        ByteBuffer place = ByteBuffer.allocate(12 + name.length + where.length);
        place.putInt(view).putInt(name.length).put(name).put(where).putInt(turn);
        return RowFactory.create(
                31 * Hashing.farmHashFingerprint64().hashBytes(name).asLong() + view,
                place.array(),
                key.equals(group) ? null : key,
                event,
                question == null ? null : question.binding(),
                question == null ? null : question.row(),
                question == null ? null : question.record());
    }
}

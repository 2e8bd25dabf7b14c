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
            .add("payload", DataTypes.BinaryType, false);

    /** In this order a group's parts follow each other as they arrived. The slot comes first: eight bytes compare fastest. */
    static final String[] ORDER = {SLOT, "place"};

    private static final int NONE = -1;

    /**
     * Of a row, for one of the bindings that its model reads.
     *
     * @param id of the row's event
     * @param time of the row's event, the moment to read at
     */
    record Question(int binding, String id, long time) {}

    boolean isOf(int otherView, String otherGroup, String otherKey) {
        return view == otherView && group.equals(otherGroup) && key.equals(otherKey);
    }

    Part asking(Question asked) {
        return new Part(view, group, key, position, turn, event, asked);
    }

    Row toRow() {
        byte[] name = group.getBytes(StandardCharsets.UTF_8);
        byte[] topic = Places.topic(position);
        ByteBuffer place = ByteBuffer.allocate(12 + name.length + Places.size(topic));
        place.putInt(view).putInt(name.length).put(name);
        Places.put(place, position, topic);
        place.putInt(turn);
        long slot = 31 * Hashing.farmHashFingerprint64().hashBytes(name).asLong() + view;
        return RowFactory.create(slot, place.array(), payload());
    }

    private byte[] payload() {
        byte[] folded = event == null ? new byte[0] : event;
        byte[] other = key.equals(group) ? new byte[0] : key.getBytes(StandardCharsets.UTF_8);
        byte[] id = question == null ? new byte[0] : question.id().getBytes(StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.allocate(20 + folded.length + other.length + id.length);
        payload.putInt(event == null ? NONE : folded.length).put(folded);
        payload.putInt(key.equals(group) ? NONE : other.length).put(other);
        payload.putInt(question == null ? NONE : question.binding());
        payload.putLong(question == null ? 0 : question.time()).put(id);
        return payload.array();
    }

    static Part of(Row row) {
        ByteBuffer place = ByteBuffer.wrap(row.<byte[]>getAs(1));
        int view = place.getInt();
        String group = text(place, place.getInt());
        Position position = Places.get(place);
        int turn = place.getInt();
        ByteBuffer payload = ByteBuffer.wrap(row.<byte[]>getAs(2));
        byte[] event = bytes(payload, payload.getInt());
        byte[] other = bytes(payload, payload.getInt());
        String key = other == null ? group : new String(other, StandardCharsets.UTF_8);
        int binding = payload.getInt();
        long time = payload.getLong();
        Question question =
                binding == NONE ? null : new Question(binding, text(payload, payload.remaining()), time);
        return new Part(view, group, key, position, turn, event, question);
    }

    private static byte @Nullable [] bytes(ByteBuffer from, int length) {
        if (length == NONE) {
            return null;
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

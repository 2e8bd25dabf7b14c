package dev.millrace.stream.lane;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One record of a topic on its way through the batch.
 *
 * @param arrivalTime epoch milliseconds
 * @param stated whether the sender stated it: a replay
 * @param views how many views were fed by it
 * @param refusal why it cannot be taken, a stable code, a blank and a message; empty when it can
 * @param value as it lay on the topic
 */
public record Arrival(long arrivalTime, boolean stated, int views, String refusal, byte[] value) {
    /** The stable code of the refusal. */
    public String refusalCode() {
        return refusal.substring(0, refusal.indexOf(' '));
    }

    /** What people are told of the refusal. */
    public String refusalMessage() {
        return refusal.substring(refusal.indexOf(' ') + 1);
    }

    public byte[] toBytes() {
        byte[] reason = refusal.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(17 + reason.length + value.length)
                .putLong(arrivalTime)
                .put((byte) (stated ? 1 : 0))
                .putInt(views)
                .putInt(reason.length)
                .put(reason)
                .put(value)
                .array();
    }

    public static Arrival of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long arrival = buffer.getLong();
        boolean stated = buffer.get() == 1;
        int views = buffer.getInt();
        byte[] reason = new byte[buffer.getInt()];
        buffer.get(reason);
        byte[] value = new byte[buffer.remaining()];
        buffer.get(value);
        return new Arrival(arrival, stated, views, new String(reason, StandardCharsets.UTF_8), value);
    }
}

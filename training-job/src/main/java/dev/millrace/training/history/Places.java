package dev.millrace.training.history;

import dev.millrace.lake.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Positions as bytes that compare, unsigned and one by one, as positions do. */
final class Places {

    /** Besides the topic: arrival, partition, offset, and a zero after the topic, which has none in it. */
    private static final int FIXED = 8 + 4 + 8 + 1;

    private Places() {}

    static byte[] of(Position position) {
        byte[] topic = position.topicId().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(FIXED + topic.length)
                .putLong(position.arrivalTime() ^ Long.MIN_VALUE)
                .put(topic)
                .put((byte) 0)
                .putInt(position.partition() ^ Integer.MIN_VALUE)
                .putLong(position.offset() ^ Long.MIN_VALUE)
                .array();
    }

    /** Epoch milliseconds. */
    static long arrival(byte[] position) {
        return ByteBuffer.wrap(position).getLong() ^ Long.MIN_VALUE;
    }
}

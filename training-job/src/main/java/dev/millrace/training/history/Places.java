package dev.millrace.training.history;

import dev.millrace.lake.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Positions as bytes that compare, unsigned and one by one, as positions do. */
final class Places {

    /** Besides the topic: arrival, partition, offset, and a zero after the topic, which has none in it. */
    private static final int FIXED = 8 + 4 + 8 + 1;

    private Places() {}

    static byte[] topic(Position position) {
        return position.topicId().getBytes(StandardCharsets.UTF_8);
    }

    static int size(byte[] topic) {
        return FIXED + topic.length;
    }

    static void put(ByteBuffer to, Position position, byte[] topic) {
        to.putLong(position.arrivalTime() ^ Long.MIN_VALUE).put(topic).put((byte) 0);
        to.putInt(position.partition() ^ Integer.MIN_VALUE).putLong(position.offset() ^ Long.MIN_VALUE);
    }

    static Position get(ByteBuffer from) {
        long arrival = from.getLong() ^ Long.MIN_VALUE;
        int start = from.position();
        int length = 0;
        while (from.get() != 0) {
            length++;
        }
        String topic = new String(from.array(), from.arrayOffset() + start, length, StandardCharsets.UTF_8);
        return new Position(arrival, topic, from.getInt() ^ Integer.MIN_VALUE, from.getLong() ^ Long.MIN_VALUE);
    }

    static byte[] of(Position position) {
        byte[] topic = topic(position);
        ByteBuffer bytes = ByteBuffer.allocate(size(topic));
        put(bytes, position, topic);
        return bytes.array();
    }
}

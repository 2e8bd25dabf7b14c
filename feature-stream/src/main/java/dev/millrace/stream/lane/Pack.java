package dev.millrace.stream.lane;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Payloads of one partition's records, each with its offset, in one array. A row costs Spark as much as a fold does, and every
 * row is shuffled and sorted: what belongs together travels as one.
 */
final class Pack {
    private static final int HEADER = Long.BYTES + Integer.BYTES;

    private ByteBuffer bytes = ByteBuffer.allocate(64);

    /** @param offset of the record that the payload is of */
    record Item(long offset, byte[] payload) {}

    void add(long offset, byte[] payload) {
        int more = HEADER + payload.length;
        if (more > bytes.remaining()) {
            int capacity = Math.max(bytes.position() + more, 2 * bytes.capacity());
            bytes = ByteBuffer.allocate(capacity).put(bytes.flip());
        }
        bytes.putLong(offset).putInt(payload.length).put(payload);
    }

    /** Bytes so far. */
    int length() {
        return bytes.position();
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** In the order in which they were added. */
    static List<Item> items(byte[] packed) {
        List<Item> items = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(packed);
        while (buffer.hasRemaining()) {
            long offset = buffer.getLong();
            byte[] payload = new byte[buffer.getInt()];
            buffer.get(payload);
            items.add(new Item(offset, payload));
        }
        return items;
    }
}

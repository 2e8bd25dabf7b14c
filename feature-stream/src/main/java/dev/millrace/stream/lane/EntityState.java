package dev.millrace.stream.lane;

import dev.millrace.feature.online.Offsets;
import java.nio.ByteBuffer;

/**
 * What the query keeps per view and entity.
 *
 * @param batch the last one that changed it
 * @param offsets of the events that the block includes
 * @param block bytes of a block
 */
public record EntityState(long batch, Offsets offsets, byte[] block) {
    public byte[] toBytes() {
        byte[] included = offsets.toBytes();
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + included.length + block.length)
                .putLong(batch)
                .putInt(included.length)
                .put(included)
                .put(block)
                .array();
    }

    public static EntityState of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long batch = buffer.getLong();
        byte[] included = new byte[buffer.getInt()];
        buffer.get(included);
        byte[] block = new byte[buffer.remaining()];
        buffer.get(block);
        return new EntityState(batch, Offsets.fromBytes(included), block);
    }
}

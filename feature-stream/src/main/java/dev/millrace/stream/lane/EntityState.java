package dev.millrace.stream.lane;

import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.state.Served;
import java.nio.ByteBuffer;

/**
 * What the query keeps per view and entity, or partition of a sequential view.
 *
 * @param batch the last one that changed it
 * @param readAt when its last event was read, epoch milliseconds
 * @param offsets of the events that the block includes
 * @param block bytes of a view's state; of a large block without its older one, which is kept beside
 */
public record EntityState(long batch, long readAt, Offsets offsets, byte[] block) {
    /** What is served of one entity: of the state's own, or of one of a partition's. */
    ServedState serving(Served served) {
        return new ServedState(batch, offsets, served);
    }

    public byte[] toBytes() {
        byte[] included = offsets.toBytes();
        return ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES + included.length + block.length)
                .putLong(batch)
                .putLong(readAt)
                .putInt(included.length)
                .put(included)
                .put(block)
                .array();
    }

    public static EntityState of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long batch = buffer.getLong();
        long readAt = buffer.getLong();
        byte[] included = new byte[buffer.getInt()];
        buffer.get(included);
        byte[] block = new byte[buffer.remaining()];
        buffer.get(block);
        return new EntityState(batch, readAt, Offsets.fromBytes(included), block);
    }
}

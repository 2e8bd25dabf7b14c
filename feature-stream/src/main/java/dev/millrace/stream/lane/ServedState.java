package dev.millrace.stream.lane;

import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.state.Served;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What Redis is to hold of one entity.
 *
 * @param batch the last one that changed it
 * @param offsets of the events that the block includes
 * @param block with its older one where Redis may not have that yet
 */
public record ServedState(long batch, Offsets offsets, Served block) {
    public byte[] toBytes() {
        byte[] included = offsets.toBytes();
        byte[] older = block.older().orElse(new byte[0]);
        return ByteBuffer.allocate(
                        Long.BYTES + 2 * Integer.BYTES + included.length + older.length + block.young().length)
                .putLong(batch)
                .putInt(included.length)
                .put(included)
                .putInt(older.length)
                .put(older)
                .put(block.young())
                .array();
    }

    public static ServedState of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long batch = buffer.getLong();
        byte[] included = new byte[buffer.getInt()];
        buffer.get(included);
        byte[] older = new byte[buffer.getInt()];
        buffer.get(older);
        byte[] young = new byte[buffer.remaining()];
        buffer.get(young);
        Optional<byte[]> written = older.length == 0 ? Optional.empty() : Optional.of(older);
        return new ServedState(batch, Offsets.fromBytes(included), new Served(young, written));
    }
}

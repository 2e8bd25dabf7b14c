package dev.millrace.feature.online;

import dev.millrace.feature.state.CorruptBlockException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The highest offset of an entity that a block includes, per partition.
 *
 * @param highest by partition
 */
public record Offsets(SortedMap<TopicPartition, Long> highest) {
    static final int ENTRY = TopicPartition.LENGTH + Long.BYTES;

    public static final Offsets NONE = new Offsets(new TreeMap<>());

    public Offsets {
        highest = Collections.unmodifiableSortedMap(new TreeMap<>(highest));
    }

    public Offsets with(Map<TopicPartition, Long> further) {
        SortedMap<TopicPartition, Long> all = new TreeMap<>(highest);
        further.forEach((partition, offset) -> all.merge(partition, offset, Math::max));
        return new Offsets(all);
    }

    /** Per partition 12 bytes that name it and 8 of the offset, big-endian: the scripts read the same. */
    public byte[] toBytes() {
        ByteBuffer buffer = ByteBuffer.allocate(highest.size() * ENTRY);
        highest.forEach((partition, offset) ->
                buffer.putLong(partition.topic()).putInt(partition.partition()).putLong(offset));
        return buffer.array();
    }

    /** @throws CorruptBlockException when the bytes are no offsets */
    public static Offsets fromBytes(byte[] bytes) {
        if (bytes.length % ENTRY != 0) {
            throw new CorruptBlockException(
                    "Expected offsets of " + ENTRY + " bytes each, found " + bytes.length + " bytes");
        }
        SortedMap<TopicPartition, Long> highest = new TreeMap<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            highest.put(new TopicPartition(buffer.getLong(), buffer.getInt()), buffer.getLong());
        }
        return new Offsets(highest);
    }
}

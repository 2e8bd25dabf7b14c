package dev.millrace.feature.online;

import dev.millrace.feature.View;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.Block.Outcome;
import dev.millrace.feature.state.CorruptBlockException;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.feature.state.ProjectedEvent;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What Redis holds of one entity, folded: the exact lane's block and, on top, the events that the fast lane has seen
 * since.
 *
 * @param block of all of them
 * @param offsets what the block includes, the head's events too
 * @param cut whether the block lacks some: the head lost events to its cap, or holds one that may be a repetition
 */
public record OnlineRecord(Block block, Offsets offsets, boolean cut) {
    /**
     * @param fields of the hash; empty for an entity that was never seen
     * @param older gives the older block that {@link #olderId} says
     * @throws CorruptBlockException when they are no record of this view
     */
    public static OnlineRecord read(View view, Iterable<Map.Entry<byte[], byte[]>> fields, Supplier<Block> older) {
        Block block = view.shape().empty();
        Offsets offsets = Offsets.NONE;
        boolean cut = false;
        Map<TopicPartition, Long> highest = new HashMap<>();
        for (Map.Entry<byte[], byte[]> field : fields) {
            switch (kind(field.getKey())) {
                case 'b' -> block = view.shape().readLayers(LayeredBlock.YOUNG, field.getValue(), older);
                case 'o' -> offsets = Offsets.fromBytes(field.getValue());
                case 'c' -> cut = true;
                default -> {
                    // The head is folded below, once the block is known.
                }
            }
        }
        for (Map.Entry<byte[], byte[]> field : fields) {
            if (kind(field.getKey()) == 'h') {
                ByteBuffer name = ByteBuffer.wrap(field.getKey(), 1, Offsets.ENTRY);
                TopicPartition partition = new TopicPartition(name.getLong(), name.getInt());
                Outcome outcome = block.fold(ProjectedEvent.fromBytes(field.getValue(), view.inputs()));
                cut |= outcome == Outcome.TOO_LATE;
                highest.merge(partition, name.getLong(), Math::max);
            }
        }
        return new OnlineRecord(block, offsets.with(highest), cut);
    }

    /** Which older block belongs to a record; empty when all of it is in the hash. */
    public static OptionalLong olderId(Map<byte[], byte[]> fields) {
        for (Map.Entry<byte[], byte[]> field : fields.entrySet()) {
            if (kind(field.getKey()) == 'b') {
                return LayeredBlock.olderId(field.getValue());
            }
        }
        return OptionalLong.empty();
    }

    private static char kind(byte[] field) {
        if (field.length == 1 + Offsets.ENTRY && field[0] == 'h') {
            return 'h';
        }
        if (field.length == 1 && (field[0] == 'b' || field[0] == 'o' || field[0] == 'c')) {
            return (char) field[0];
        }
        throw new CorruptBlockException(
                "Expected the fields b, o, c and h… of an entity, found one of " + field.length + " bytes");
    }
}

package dev.millrace.feature.state;

import java.util.Optional;

/**
 * What is served of a block.
 *
 * @param young all of a small block; of a large one what changes, and which older block belongs to it
 * @param older to be written before
 */
public record Served(byte[] young, Optional<byte[]> older) {
    /** All of it. */
    public static Served all(Block block) {
        return new Served(
                block.toServedBytes(),
                block instanceof LayeredBlock layered ? layered.older().map(Block::toServedBytes) : Optional.empty());
    }

    /** Without an older block that is served already: of a block that was read, and folded into. */
    public static Served changed(Block block) {
        return new Served(
                block.toServedBytes(),
                block instanceof LayeredBlock layered
                        ? layered.changedOlder().map(Block::toServedBytes)
                        : Optional.empty());
    }
}

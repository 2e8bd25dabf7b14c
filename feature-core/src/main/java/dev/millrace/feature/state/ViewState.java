package dev.millrace.feature.state;

import java.util.Map;
import java.util.Optional;

/**
 * What is kept under one key of a view while its events come: a function of their set, whatever their order. The key is an
 * entity, or a partition of a sequential view. Not thread-safe.
 */
public sealed interface ViewState permits EntityBlock, SequenceState {
    Block.Outcome fold(ProjectedEvent event);

    /** The newest event time, or {@link Block#NONE}. */
    long newest();

    /** What is read of an entity. */
    Block block(String entity);

    /** The blocks, by entity, that events were folded into since this was made or read. */
    Map<String, Block> changed();

    /** The blocks of all entities. */
    Map<String, Block> blocks();

    /** What changes with each event; of a large block without its older one. Asked before {@link #changedOlder}. */
    byte[] toBytes();

    /** The older block's bytes, where they are others than those read. */
    default Optional<byte[]> changedOlder() {
        return Optional.empty();
    }
}

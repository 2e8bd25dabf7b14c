package dev.millrace.feature.state;

import java.util.Map;
import java.util.Optional;

/** The state of a view of windows: its key is the entity, and there is nothing but the entity's block. */
public final class EntityBlock implements ViewState {
    private final String entity;
    private final LayeredBlock block;
    private boolean folded;

    public EntityBlock(String entity, LayeredBlock block) {
        this.entity = entity;
        this.block = block;
    }

    @Override
    public Block.Outcome fold(ProjectedEvent event) {
        folded = true;
        return block.fold(event);
    }

    @Override
    public long newest() {
        return block.newest();
    }

    @Override
    public Block block(String wanted) {
        return block;
    }

    @Override
    public Map<String, Block> changed() {
        return folded ? Map.of(entity, block) : Map.of();
    }

    @Override
    public Map<String, Block> blocks() {
        return Map.of(entity, block);
    }

    @Override
    public Optional<byte[]> changedOlder() {
        return block.changedOlder().map(Block::toBytes);
    }

    @Override
    public byte[] toBytes() {
        return block.toBytes();
    }
}

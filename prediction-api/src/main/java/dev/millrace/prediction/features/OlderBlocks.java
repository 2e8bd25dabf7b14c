package dev.millrace.prediction.features;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.millrace.feature.state.Block;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The older blocks of large records, as they were read last: they change seldom. Nobody folds into them. Thread-safe. */
final class OlderBlocks {
    /** Of stored bytes; in memory they are about six times as many. */
    private static final long STORED_BYTES = 6L << 20;

    private final Cache<Key, Kept> kept = Caffeine.newBuilder()
            .maximumWeight(STORED_BYTES)
            .weigher((Key key, Kept block) -> block.storedBytes())
            .build();

    private record Key(ByteBuffer record, long id) {}

    private record Kept(Block block, int storedBytes) {}

    @Nullable
    Block of(byte[] record, long id) {
        Kept found = kept.getIfPresent(new Key(ByteBuffer.wrap(record), id));
        return found == null ? null : found.block();
    }

    void put(byte[] record, long id, Block block, int storedBytes) {
        kept.put(new Key(ByteBuffer.wrap(record), id), new Kept(block, storedBytes));
    }
}

package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.stream.lane.Produced.Kind;
import java.util.stream.Stream;

/** What Redis holds of the query's state: the blocks themselves, or those of a partition's entities. */
record ServedBlocks(FeatureEngine engine) {
    /**
     * @param key of the stateful step
     * @param state bytes of an {@link EntityState}
     */
    Stream<Produced> of(String key, byte[] state) {
        String view = Keyed.name(key);
        String kept = Keyed.rest(key);
        if (!engine.view(view).map(View::isSequential).orElse(false)) {
            return Stream.of(block(view, kept, state));
        }
        EntityState partition = EntityState.of(state);
        return engine.view(view).orElseThrow().state(kept, partition.block()).blocks().entrySet().stream()
                .map(each -> block(
                        view, each.getKey(), partition.with(each.getValue()).toBytes()));
    }

    private static Produced block(String view, String entity, byte[] state) {
        return new Produced(Kind.BLOCK, view, entity, 0, 0, 0, state);
    }
}

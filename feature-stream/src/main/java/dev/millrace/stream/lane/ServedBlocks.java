package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.state.Served;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What Redis holds of the query's state: an entity's block, or those of a partition's entities. */
record ServedBlocks(FeatureEngine engine) {
    /**
     * @param key of the stateful step
     * @param state bytes of an {@link EntityState}
     * @param older the older block's bytes, where there is one
     */
    Stream<Produced> of(String key, byte[] state, byte @Nullable [] older) {
        EntityState kept = EntityState.of(state);
        return engine.view(Keyed.name(key)).filter(view -> !view.isTumbling()).stream()
                .flatMap(view ->
                        view
                                .state(Keyed.rest(key), kept.block(), () -> Keyed.older(key, older))
                                .blocks()
                                .entrySet()
                                .stream()
                                .map(each -> Produced.block(
                                        view.name(), each.getKey(), kept.serving(Served.all(each.getValue())))));
    }
}

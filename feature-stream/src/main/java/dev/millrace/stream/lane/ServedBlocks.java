package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.stream.lane.Produced.Kind;
import java.util.stream.Stream;

/** What Redis holds of the query's state: an entity's block, or those of a partition's entities. */
record ServedBlocks(FeatureEngine engine) {
    /**
     * @param key of the stateful step
     * @param state bytes of an {@link EntityState}
     */
    Stream<Produced> of(String key, byte[] state) {
        String kept = Keyed.rest(key);
        EntityState before = EntityState.of(state);
        return engine.view(Keyed.name(key)).filter(view -> !view.isTumbling()).stream()
                .flatMap(view -> view.state(kept, before.block()).blocks().entrySet().stream()
                        .map(each -> new Produced(
                                Kind.BLOCK,
                                view.name(),
                                each.getKey(),
                                0,
                                0,
                                0,
                                before.with(each.getValue()).toBytes())));
    }
}

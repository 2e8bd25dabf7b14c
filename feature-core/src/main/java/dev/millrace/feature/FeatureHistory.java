package dev.millrace.feature;

import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.Block.Outcome;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.feature.state.ViewState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The state of many keys of one view, with the events that went into it: answers for any moment, also one that a block
 * alone cannot answer for any more. Holds everything in memory. Not thread-safe.
 */
public final class FeatureHistory {
    private final View view;
    private final Map<String, Kept> kept = new HashMap<>();
    /** Of the entities of a sequential view, the partition. */
    private final Map<String, String> partitions = new HashMap<>();

    public FeatureHistory(View view) {
        this.view = view;
    }

    private record Kept(ViewState state, List<ProjectedEvent> folded) {}

    /** @param key as {@link View#feed} gives it */
    public Outcome fold(String key, ProjectedEvent event) {
        Kept known = kept.computeIfAbsent(key, name -> new Kept(view.state(name), new ArrayList<>()));
        Outcome outcome = known.state().fold(event);
        if (outcome == Outcome.FOLDED || outcome == Outcome.REVISED) {
            known.folded().add(event);
            event.entities().forEach(entity -> partitions.put(entity, key));
        }
        return outcome;
    }

    /** A block that answers for this moment: the current one, or one of the events up to then. Read only. */
    public Block at(String entity, long time) {
        String key = view.isSequential() ? partitions.getOrDefault(entity, entity) : entity;
        Kept known = kept.get(key);
        if (known == null) {
            return view.shape().empty();
        }
        Block block = known.state().block(entity);
        if (view.answers(block, time)) {
            return block;
        }
        ViewState past = view.state(key);
        for (ProjectedEvent event : known.folded()) {
            if (event.time() <= time) {
                past.fold(event);
            }
        }
        return past.block(entity);
    }
}

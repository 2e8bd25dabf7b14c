package dev.millrace.feature;

import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.Block.Outcome;
import dev.millrace.feature.state.ProjectedEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Blocks of many entities of one view, with the events that went into them: answers for any moment, also one that a
 * block alone cannot answer for any more. Holds everything in memory. Not thread-safe.
 */
public final class FeatureHistory {
    private final View view;
    private final Map<String, Entity> entities = new HashMap<>();

    public FeatureHistory(View view) {
        this.view = view;
    }

    private record Entity(Block block, List<ProjectedEvent> folded) {}

    public Outcome fold(String entity, ProjectedEvent event) {
        Entity known =
                entities.computeIfAbsent(entity, name -> new Entity(view.shape().empty(), new ArrayList<>()));
        Outcome outcome = known.block().fold(event);
        if (outcome == Outcome.FOLDED || outcome == Outcome.REVISED) {
            known.folded().add(event);
        }
        return outcome;
    }

    /** A block that answers for this moment: the current one, or one of the events up to then. Read only. */
    public Block at(String entity, long time) {
        Entity known = entities.get(entity);
        if (known == null) {
            return view.shape().empty();
        }
        if (view.answers(known.block(), time)) {
            return known.block();
        }
        Block past = view.shape().empty();
        for (ProjectedEvent event : known.folded()) {
            if (event.time() <= time) {
                past.fold(event);
            }
        }
        return past;
    }
}

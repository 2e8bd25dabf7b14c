package dev.millrace.prediction.scoring;

import dev.millrace.feature.online.Offsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A score, and what it rests on.
 *
 * @param version such as {@code v3}; {@code none} when a rule answered
 * @param asOf every event that had arrived by then is in it, epoch milliseconds
 * @param complete whether that is recent enough, and nothing is missing
 * @param reasons stable codes of what is amiss
 * @param replaced stored features whose values came with the request
 * @param offsets by view: the highest offsets of the entity that were read
 */
public record Answer(
        String model,
        String version,
        double score,
        boolean decision,
        OptionalLong asOf,
        boolean complete,
        List<String> reasons,
        List<String> replaced,
        Map<String, Offsets> offsets) {

    /** The version of an answer that no model gave. */
    public static final String NO_VERSION = "none";

    public Answer {
        reasons = List.copyOf(reasons);
        replaced = List.copyOf(replaced);
    }
}

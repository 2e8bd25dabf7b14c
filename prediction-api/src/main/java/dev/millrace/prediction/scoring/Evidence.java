package dev.millrace.prediction.scoring;

import dev.millrace.feature.online.Offsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a score is computed from.
 *
 * @param vector exactly what the model is given; empty when there is no model
 * @param at the moment at which features were read, epoch milliseconds
 * @param asOf every event that had arrived by then is in it, epoch milliseconds
 * @param complete whether that is recent enough, and nothing is missing
 * @param reasons stable codes of what is amiss
 * @param read whose features were read
 */
public record Evidence(
        double[] vector, long at, OptionalLong asOf, boolean complete, List<String> reasons, List<Read> read) {

    public Evidence {
        reasons = List.copyOf(reasons);
        read = List.copyOf(read);
    }

    /**
     * What was read of one view.
     *
     * @param view the name that the model has for it
     * @param offsets the highest offsets of the entity that were read
     */
    public record Read(String view, String entity, Offsets offsets) {}

    /** Whether there are features in it: defaults in their place say nothing of what is asked. */
    boolean hasFeatures() {
        return !reasons.contains(EvidenceReader.UNAVAILABLE);
    }

    /** The same with one more reason. */
    Evidence because(String reason) {
        List<String> more = new ArrayList<>(reasons);
        more.add(reason);
        return new Evidence(vector, at, asOf, complete, more, read);
    }

    /** Of an answer that rests on the request alone. */
    static Evidence none(long at, String reason) {
        return new Evidence(new double[0], at, OptionalLong.empty(), false, List.of(reason), List.of());
    }
}

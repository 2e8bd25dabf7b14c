package dev.millrace.prediction.scoring;

import java.util.List;

/**
 * A score, and what it rests on.
 *
 * @param version such as {@code v3}; {@code none} when a rule answered
 * @param definitionsDigest of everything that determines a vector; empty when a rule answered
 * @param replaced stored features whose values came with the request
 */
public record Answer(
        String model,
        String version,
        String definitionsDigest,
        double score,
        boolean decision,
        Evidence evidence,
        List<String> replaced) {

    /** The version of an answer that no model gave. */
    public static final String NO_VERSION = "none";

    public Answer {
        replaced = List.copyOf(replaced);
    }

    /** Of a rule, or of nothing at all. */
    static Answer withoutModel(String model, double score, boolean decision, Evidence evidence) {
        return new Answer(model, NO_VERSION, "", score, decision, evidence, List.of());
    }
}

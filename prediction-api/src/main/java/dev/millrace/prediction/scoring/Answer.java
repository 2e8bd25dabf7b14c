package dev.millrace.prediction.scoring;

import java.util.List;

/**
 * A verdict, and what it rests on.
 *
 * @param replaced stored features whose values came with the request
 */
public record Answer(String model, Origin origin, Verdict verdict, Evidence evidence, List<String> replaced) {

    public Answer {
        replaced = List.copyOf(replaced);
    }

    /** The same with one more reason. */
    Answer because(String reason) {
        return new Answer(model, origin, verdict, evidence.because(reason), replaced);
    }

    /** Of a rule, or of nothing at all. */
    static Answer withoutModel(String model, Verdict verdict, Evidence evidence) {
        return new Answer(model, Origin.RULE, verdict, evidence, List.of());
    }
}

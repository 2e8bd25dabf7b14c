package dev.millrace.prediction.scoring;

import dev.millrace.feature.ResponseField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a version, or the rule, says.
 *
 * @param classes what is told apart, in the order of the outputs; none where there is one output
 * @param outputs the score, or each class's probability
 * @param decision 0 or 1; of classes, the place of the most probable one
 */
public record Verdict(List<String> classes, double[] outputs, int decision) {

    public Verdict {
        classes = List.copyOf(classes);
        if (outputs.length != Math.max(1, classes.size()) || decision < 0 || decision >= Math.max(2, outputs.length)) {
            throw new IllegalArgumentException(
                    "expected an output for each of the classes %s, or one, and a decision, but came %d outputs and %d"
                            .formatted(classes, outputs.length, decision));
        }
    }

    /** @param threshold the score from which on the decision is 1; of classes it is not read */
    static Verdict of(List<String> classes, double[] outputs, double threshold) {
        return new Verdict(classes, outputs, classes.isEmpty() ? outputs[0] >= threshold ? 1 : 0 : greatest(outputs));
    }

    /** The first of those that are equal. */
    private static int greatest(double[] outputs) {
        int greatest = 0;
        for (int i = 1; i < outputs.length; i++) {
            if (outputs[i] > outputs[greatest]) {
                greatest = i;
            }
        }
        return greatest;
    }

    /** What the decision rests on: of classes, the decided one's probability. */
    public double score() {
        return classes.isEmpty() ? outputs[0] : outputs[decision];
    }

    /** By class; none where there are no classes. */
    public Map<String, Double> probabilities() {
        if (classes.isEmpty()) {
            return Map.of();
        }
        Map<String, Double> probabilities = new LinkedHashMap<>();
        for (int i = 0; i < outputs.length; i++) {
            probabilities.put(classes.get(i), outputs[i]);
        }
        return probabilities;
    }

    /** The name of the class decided for; null where there are none. */
    public @Nullable String outcome() {
        return classes.isEmpty() ? null : classes.get(decision);
    }

    /** What a field holds; NaN when it cannot be computed. */
    double of(ResponseField.Computed field) {
        return field.of(score(), classes, outputs);
    }

    /** Whether the score reached the threshold; never of classes. */
    public boolean isPositive() {
        return classes.isEmpty() && decision == 1;
    }

    /** The decision as a text: 0, 1 or the class's name. */
    String text() {
        return classes.isEmpty() ? decision == 1 ? "1" : "0" : classes.get(decision);
    }

    /** What this gives what another decided for, less what that one gave it: of scores, their difference. */
    double difference(Verdict other) {
        String outcome = other.outcome();
        return (outcome == null || classes.isEmpty() ? outputs[0] : probability(outcome)) - other.score();
    }

    /** 0 of a class that this does not know. */
    private double probability(String name) {
        int place = classes.indexOf(name);
        return place < 0 ? 0 : outputs[place];
    }
}

package dev.millrace.prediction.scoring;

import dev.millrace.schema.definition.ModelDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a version, or the rule, says.
 *
 * @param classes what is told apart, in the order of the outputs; none where there is one output
 * @param estimates names of further numbers
 * @param outputs the score, or each class's probability; then the estimates
 * @param decision 0 or 1; of classes, the place of the most probable one
 */
public record Verdict(List<String> classes, List<String> estimates, double[] outputs, int decision) {

    public Verdict {
        classes = List.copyOf(classes);
        estimates = List.copyOf(estimates);
        int answers = Math.max(1, classes.size());
        if (outputs.length != answers + estimates.size() || decision < 0 || decision >= Math.max(2, answers)) {
            throw new IllegalArgumentException(
                    "expected an output for each of the classes %s, or one, and of the estimates %s, and a decision, but came %d outputs and %d"
                            .formatted(classes, estimates, outputs.length, decision));
        }
    }

    /** @param threshold the score from which on the decision is 1; of classes it is not read */
    static Verdict of(List<String> classes, List<String> estimates, double[] outputs, double threshold) {
        int decision = classes.isEmpty() ? outputs[0] >= threshold ? 1 : 0 : greatest(outputs, classes.size());
        return new Verdict(classes, estimates, outputs, decision);
    }

    /** The first of those that are equal. */
    private static int greatest(double[] outputs, int classes) {
        int greatest = 0;
        for (int i = 1; i < classes; i++) {
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
        return named(classes, 0);
    }

    /** By name; none where there are none. */
    public Map<String, Double> estimated() {
        return named(estimates, outputs.length - estimates.size());
    }

    private Map<String, Double> named(List<String> names, int from) {
        if (names.isEmpty()) {
            return Map.of();
        }
        Map<String, Double> values = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            values.put(names.get(i), outputs[from + i]);
        }
        return values;
    }

    /** The name of the class decided for; null where there are none. */
    public @Nullable String outcome() {
        return classes.isEmpty() ? null : classes.get(decision);
    }

    /** What an answer's fields call this: the score, a class's probability, an estimate; null when it is none of them. */
    @Nullable
    Object of(String name) {
        if (name.equals(ModelDefinition.Answer.SCORE)) {
            return score();
        }
        int place = classes.indexOf(name);
        int estimate = estimates.indexOf(name);
        return place >= 0
                ? (Double) outputs[place]
                : estimate < 0 ? null : (Double) outputs[outputs.length - estimates.size() + estimate];
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

package dev.millrace.prediction.scoring;

import dev.millrace.forest.ModelFormatException;
import dev.millrace.prediction.model.ServedModel;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Why a model's score is what it is.
 *
 * @param bias the margin before anything is known, of classes of the decided one; of a probability, its logit
 * @param parts what contributed most, most first; with all others and the bias they are the margin
 */
record Explanation(double bias, List<Part> parts) {

    Explanation {
        parts = List.copyOf(parts);
    }

    /** @param value of the feature; NaN is missing */
    record Part(String feature, double value, double contribution) {}

    /**
     * Of an answer that this version gave.
     *
     * @param most how many parts at most
     * @throws ModelFormatException if the trees cannot be explained
     */
    static Explanation of(ServedModel served, Answer answer, int most) throws ModelFormatException {
        double[] vector = answer.evidence().vector();
        Verdict verdict = answer.verdict();
        int from = verdict.classes().isEmpty() ? 0 : verdict.decision() * (vector.length + 1);
        double[] contributions = served.model().contributions(vector);
        List<String> features = served.model().manifest().features();
        List<Part> parts = IntStream.range(0, vector.length)
                .mapToObj(i -> new Part(features.get(i), vector[i], contributions[from + i]))
                .filter(part -> part.contribution() != 0)
                .sorted(Comparator.comparingDouble((Part part) -> Math.abs(part.contribution()))
                        .reversed())
                .limit(most)
                .toList();
        return new Explanation(contributions[from + vector.length], parts);
    }
}

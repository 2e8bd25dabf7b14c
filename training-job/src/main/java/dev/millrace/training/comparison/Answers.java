package dev.millrace.training.comparison;

import dev.millrace.training.evaluation.Confusion;
import java.util.stream.IntStream;

/**
 * What two versions said of the same events, whose truth is known.
 *
 * @param asked of how many events both said something, known or not
 * @param labels 0 or 1, as long as every other array
 */
public record Answers(
        long asked,
        double[] champion,
        boolean[] championDecisions,
        double[] challenger,
        boolean[] challengerDecisions,
        double[] labels) {

    public Answers {
        if (champion.length != labels.length
                || championDecisions.length != labels.length
                || challenger.length != labels.length
                || challengerDecisions.length != labels.length) {
            throw new IllegalArgumentException(
                    "expected a score and a decision of both versions for each of %d labels, but came %d, %d, %d and %d"
                            .formatted(
                                    labels.length,
                                    champion.length,
                                    championDecisions.length,
                                    challenger.length,
                                    challengerDecisions.length));
        }
    }

    public int labelled() {
        return labels.length;
    }

    public Confusion championConfusion() {
        return confusion(championDecisions);
    }

    public Confusion challengerConfusion() {
        return confusion(challengerDecisions);
    }

    /** The share of events of which both decide the same; NaN without any. */
    public double agreement() {
        return rows().filter(i -> championDecisions[i] == challengerDecisions[i])
                        .count()
                / (double) labelled();
    }

    /** The mean distance of the scores; NaN without any. */
    public double meanDifference() {
        return rows().mapToDouble(i -> Math.abs(champion[i] - challenger[i]))
                .average()
                .orElse(Double.NaN);
    }

    private Confusion confusion(boolean[] decisions) {
        return new Confusion(
                rows().filter(i -> decisions[i] && labels[i] == 1).count(),
                rows().filter(i -> decisions[i] && labels[i] != 1).count(),
                rows().filter(i -> !decisions[i] && labels[i] != 1).count(),
                rows().filter(i -> !decisions[i] && labels[i] == 1).count());
    }

    private IntStream rows() {
        return IntStream.range(0, labelled());
    }
}

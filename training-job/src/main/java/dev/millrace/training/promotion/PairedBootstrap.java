package dev.millrace.training.promotion;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How likely a lead over the champion is chance: the rows are drawn again, with replacement, and both models are judged on
 * the same draw. Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 16.
 */
final class PairedBootstrap {

    private static final int DRAWS = 1_000;

    private PairedBootstrap() {}

    /** The share of draws in which {@code fresh} is not better than {@code champion}; never 0. */
    static double p(RankingMetric metric, double[] fresh, double[] champion, double[] labels, long seed) {
        int[] freshOrder = order(fresh);
        int[] championOrder = order(champion);
        SplittableRandom random = new SplittableRandom(seed);
        int[] weights = new int[labels.length];
        int notBetter = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            Arrays.fill(weights, 0);
            for (int i = 0; i < labels.length; i++) {
                weights[random.nextInt(labels.length)]++;
            }
            double lead =
                    metric.of(fresh, freshOrder, labels, weights) - metric.of(champion, championOrder, labels, weights);
            // A draw without a positive row has no figure: it speaks for nobody.
            notBetter += lead > 0 ? 0 : 1;
        }
        return (notBetter + 1.0) / (DRAWS + 1.0);
    }

    /** The rows in falling order of their scores. */
    static int[] order(double[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> Double.compare(scores[b], scores[a]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}

package dev.millrace.training.promotion;

import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import java.util.Arrays;
import java.util.Locale;

/** A figure of how well scores rank the positive rows first, over rows that count more than once or not at all. */
enum RankingMetric {
    /** Area under the ROC curve, ties counting half. */
    AUC {
        @Override
        double add(double positives, double negatives, double positivesBefore, double negativesBefore) {
            return negatives * (positivesBefore + positives / 2);
        }

        @Override
        double finish(double sum, double positives, double negatives) {
            return sum / (positives * negatives);
        }
    },
    /** The sum over thresholds of (gain in recall) times precision. */
    AVERAGE_PRECISION {
        @Override
        double add(double positives, double negatives, double positivesBefore, double negativesBefore) {
            double hits = positivesBefore + positives;
            return positives == 0 ? 0 : positives * hits / (hits + negativesBefore + negatives);
        }

        @Override
        double finish(double sum, double positives, double negatives) {
            return sum / positives;
        }
    };

    /** What rows of one score add, after those of higher scores. */
    abstract double add(double positives, double negatives, double positivesBefore, double negativesBefore);

    abstract double finish(double sum, double positives, double negatives);

    static RankingMetric named(String name) {
        return Arrays.stream(values())
                .filter(metric -> metric.text().equals(name))
                .findFirst()
                .orElseThrow(() -> new TrainingException(
                        Code.GATE,
                        "expected 'better' to be one of %s, but came %s"
                                .formatted(
                                        Arrays.stream(values())
                                                .map(RankingMetric::text)
                                                .toList(),
                                        name)));
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @param order the rows in falling order of their scores
     * @param weights how often each row counts
     * @return NaN when a class is missing
     */
    double of(double[] scores, int[] order, double[] labels, int[] weights) {
        double positives = 0;
        double negatives = 0;
        double sum = 0;
        for (int i = 0; i < order.length; ) {
            double score = scores[order[i]];
            double more = 0;
            double less = 0;
            for (; i < order.length && scores[order[i]] == score; i++) {
                if (labels[order[i]] == 1) {
                    more += weights[order[i]];
                } else {
                    less += weights[order[i]];
                }
            }
            sum += add(more, less, positives, negatives);
            positives += more;
            negatives += less;
        }
        return finish(sum, positives, negatives);
    }
}

package dev.millrace.training.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Scores of a binary model held against the truth. Rows of equal score are one step everywhere: which of them comes first
 * never changes a figure.
 */
public final class BinaryEvaluation {

    private static final double LEAST_PROBABILITY = 1e-15;

    /** Scores in falling order, and whether each is of a positive row. */
    private final double[] scores;

    private final boolean[] positive;
    private final long positives;

    private BinaryEvaluation(double[] scores, boolean[] positive, long positives) {
        this.scores = scores;
        this.positive = positive;
        this.positives = positives;
    }

    /** Evaluates probabilities against labels of 0 and 1. */
    public static BinaryEvaluation of(double[] scores, double[] labels) {
        if (scores.length != labels.length || scores.length == 0) {
            throw new IllegalArgumentException("expected as many scores as labels, at least one, but came %d and %d"
                    .formatted(scores.length, labels.length));
        }
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> Double.compare(scores[b], scores[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] sorted = new double[order.length];
        boolean[] positive = new boolean[order.length];
        long positives = 0;
        for (int i = 0; i < order.length; i++) {
            sorted[i] = scores[order[i]];
            double label = labels[order[i]];
            if (Double.isNaN(sorted[i]) || (label != 0 && label != 1)) {
                throw new IllegalArgumentException(
                        "expected a score and a label of 0 or 1 in row %d, but came %s and %s"
                                .formatted(order[i], sorted[i], label));
            }
            positive[i] = label == 1;
            positives += positive[i] ? 1 : 0;
        }
        return new BinaryEvaluation(sorted, positive, positives);
    }

    public long rows() {
        return scores.length;
    }

    public long positives() {
        return positives;
    }

    private long negatives() {
        return rows() - positives;
    }

    /**
     * The chance that a positive row scores higher than a negative one, ties counting half (area under the ROC curve); NaN when
     * all rows are of one class.
     */
    public double auc() {
        double area = 0;
        List<Point> roc = rocCurve();
        for (int i = 1; i < roc.size(); i++) {
            Point from = roc.get(i - 1);
            Point to = roc.get(i);
            area += (to.x() - from.x()) * (to.y() + from.y()) / 2;
        }
        return area;
    }

    /** The sum over thresholds of (gain in recall) times precision, without interpolation; NaN without positives. */
    public double averagePrecision() {
        double sum = 0;
        double recall = 0;
        for (Confusion step : steps()) {
            sum += (step.recall() - recall) * step.precision();
            recall = step.recall();
        }
        return positives == 0 ? Double.NaN : sum;
    }

    /** The mean of {@code -log p} of what happened, with probabilities kept {@value #LEAST_PROBABILITY} from 0 and 1. */
    public double logLoss() {
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            double probability = Math.clamp(scores[i], LEAST_PROBABILITY, 1 - LEAST_PROBABILITY);
            sum -= Math.log(positive[i] ? probability : 1 - probability);
        }
        return sum / scores.length;
    }

    /** The decisions at this threshold: positive from it on. */
    public Confusion at(double threshold) {
        long truePositives = 0;
        int i = 0;
        for (; i < scores.length && scores[i] >= threshold; i++) {
            truePositives += positive[i] ? 1 : 0;
        }
        return confusion(i, truePositives);
    }

    /** The score from which on to decide positive for the greatest {@link Confusion#f1}; the higher one of equals. */
    public double bestThreshold() {
        double best = 0.5;
        double bestF1 = -1;
        for (Confusion step : steps()) {
            if (step.f1() > bestF1) {
                bestF1 = step.f1();
                best = scores[(int) (step.truePositives() + step.falsePositives()) - 1];
            }
        }
        return best;
    }

    /** Points (false positive rate, true positive rate) from (0, 0) to (1, 1), one per distinct score. */
    public List<Point> rocCurve() {
        List<Point> curve = new ArrayList<>();
        curve.add(new Point(0, 0));
        for (Confusion step : steps()) {
            curve.add(new Point((double) step.falsePositives() / negatives(), step.recall()));
        }
        return curve;
    }

    /** Points (recall, precision) in rising order of recall, one per distinct score. */
    public List<Point> precisionRecallCurve() {
        return steps().stream()
                .map(step -> new Point(step.recall(), step.precision()))
                .toList();
    }

    /** Bins of equal width over 0 to 1, without the empty ones. */
    public List<CalibrationBin> calibration(int bins) {
        long[] rows = new long[bins];
        double[] sum = new double[bins];
        long[] hits = new long[bins];
        for (int i = 0; i < scores.length; i++) {
            int bin = Math.clamp((int) (scores[i] * bins), 0, bins - 1);
            rows[bin]++;
            sum[bin] += scores[i];
            hits[bin] += positive[i] ? 1 : 0;
        }
        return IntStream.range(0, bins)
                .filter(bin -> rows[bin] > 0)
                .mapToObj(bin -> new CalibrationBin(
                        (double) bin / bins,
                        (bin + 1.0) / bins,
                        rows[bin],
                        sum[bin] / rows[bin],
                        (double) hits[bin] / rows[bin]))
                .toList();
    }

    /** The decisions at each distinct score, from the highest. */
    private List<Confusion> steps() {
        List<Confusion> steps = new ArrayList<>();
        long truePositives = 0;
        for (int i = 0; i < scores.length; i++) {
            truePositives += positive[i] ? 1 : 0;
            if (i + 1 == scores.length || scores[i + 1] != scores[i]) {
                steps.add(confusion(i + 1, truePositives));
            }
        }
        return steps;
    }

    private Confusion confusion(int decided, long truePositives) {
        long falsePositives = decided - truePositives;
        return new Confusion(truePositives, falsePositives, negatives() - falsePositives, positives - truePositives);
    }
}

package dev.millrace.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every figure against brute force over all rows, on random scores with many ties. */
class BinaryEvaluationTests {

    @Test
    void figuresAreThoseOfBruteForce() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            int rows = 2 + random.nextInt(60);
            int distinct = 1 + random.nextInt(30);
            double[] scores = new double[rows];
            double[] labels = new double[rows];
            for (int i = 0; i < rows; i++) {
                scores[i] = (double) random.nextInt(distinct) / distinct;
                labels[i] = random.nextInt(3) == 0 ? 1 : 0;
            }
            labels[0] = 0;
            labels[1] = 1;
            BinaryEvaluation evaluation = BinaryEvaluation.of(scores, labels);
            assertThat(evaluation.auc()).isCloseTo(auc(scores, labels), within(1e-12));
            assertThat(evaluation.averagePrecision()).isCloseTo(averagePrecision(scores, labels), within(1e-12));
            assertThat(evaluation.logLoss()).isCloseTo(logLoss(scores, labels), within(1e-12));
            double threshold = random.nextDouble();
            assertThat(evaluation.at(threshold)).isEqualTo(confusion(scores, labels, threshold));
            double best = evaluation.bestThreshold();
            for (double score : scores) {
                assertThat(evaluation.at(best).f1())
                        .isGreaterThanOrEqualTo(evaluation.at(score).f1());
            }
            checkCalibration(evaluation, scores, labels);
        }
    }

    private static void checkCalibration(BinaryEvaluation evaluation, double[] scores, double[] labels) {
        List<CalibrationBin> bins = evaluation.calibration(7);
        assertThat(bins.stream().mapToLong(CalibrationBin::rows).sum()).isEqualTo(scores.length);
        assertThat(bins.stream()
                        .mapToDouble(bin -> bin.rows() * bin.positiveShare())
                        .sum())
                .isCloseTo(Arrays.stream(labels).sum(), within(1e-9));
        assertThat(bins.stream()
                        .mapToDouble(bin -> bin.rows() * bin.meanScore())
                        .sum())
                .isCloseTo(Arrays.stream(scores).sum(), within(1e-9));
        assertThat(bins).allSatisfy(bin -> assertThat(bin.meanScore()).isBetween(bin.from() - 1e-12, bin.to() + 1e-12));
    }

    @Test
    void knownExample() {
        BinaryEvaluation evaluation =
                BinaryEvaluation.of(new double[] {0.1, 0.4, 0.35, 0.8}, new double[] {0, 0, 1, 1});
        assertThat(evaluation.auc()).isEqualTo(0.75);
        assertThat(evaluation.averagePrecision()).isCloseTo(0.8333333333333333, within(1e-15));
        assertThat(evaluation.at(0.4)).isEqualTo(new Confusion(1, 1, 1, 1));
        assertThat(evaluation.at(0.4).precision()).isEqualTo(0.5);
        assertThat(evaluation.rows()).isEqualTo(4);
        assertThat(evaluation.positives()).isEqualTo(2);
        assertThat(evaluation.rocCurve())
                .containsExactly(
                        new Point(0, 0), new Point(0, 0.5), new Point(0.5, 0.5), new Point(0.5, 1), new Point(1, 1));
        assertThat(evaluation.precisionRecallCurve())
                .containsExactly(new Point(0.5, 1), new Point(0.5, 0.5), new Point(1, 2.0 / 3), new Point(1, 0.5));
    }

    @Test
    void aScaleDoesNotChangeARanking() {
        Random random = new Random(2);
        double[] scores = random.doubles(100).toArray();
        double[] labels = random.ints(100, 0, 2).asDoubleStream().toArray();
        double[] squared = Arrays.stream(scores).map(score -> score * score).toArray();
        assertThat(BinaryEvaluation.of(squared, labels).auc())
                .isEqualTo(BinaryEvaluation.of(scores, labels).auc());
    }

    @Test
    void oneClassHasNoAuc() {
        BinaryEvaluation evaluation = BinaryEvaluation.of(new double[] {0.1, 0.2}, new double[] {0, 0});
        assertThat(evaluation.auc()).isNaN();
        assertThat(evaluation.averagePrecision()).isNaN();
    }

    @Test
    void refusesWhatIsNoBinaryTruth() {
        assertThatThrownBy(() -> BinaryEvaluation.of(new double[] {0.1}, new double[] {0.5}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a score and a label of 0 or 1 in row 0, but came 0.1 and 0.5");
        assertThatThrownBy(() -> BinaryEvaluation.of(new double[] {0.1}, new double[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected as many scores as labels, at least one, but came 1 and 0");
    }

    private static double auc(double[] scores, double[] labels) {
        double wins = 0;
        long pairs = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < scores.length; j++) {
                if (labels[i] == 1 && labels[j] == 0) {
                    pairs++;
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        return wins / pairs;
    }

    private static double averagePrecision(double[] scores, double[] labels) {
        double sum = 0;
        double recall = 0;
        double[] thresholds = Arrays.stream(scores).distinct().sorted().toArray();
        for (int i = thresholds.length - 1; i >= 0; i--) {
            Confusion confusion = confusion(scores, labels, thresholds[i]);
            sum += (confusion.recall() - recall) * confusion.precision();
            recall = confusion.recall();
        }
        return sum;
    }

    private static double logLoss(double[] scores, double[] labels) {
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            double happened = labels[i] == 1 ? scores[i] : 1 - scores[i];
            sum -= Math.log(Math.min(1 - 1e-15, Math.max(1e-15, happened)));
        }
        return sum / scores.length;
    }

    private static Confusion confusion(double[] scores, double[] labels, double threshold) {
        long[] counts = new long[4];
        for (int i = 0; i < scores.length; i++) {
            boolean decided = scores[i] >= threshold;
            counts[decided ? labels[i] == 1 ? 0 : 1 : labels[i] == 0 ? 2 : 3]++;
        }
        return new Confusion(counts[0], counts[1], counts[2], counts[3]);
    }
}

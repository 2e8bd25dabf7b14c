package dev.millrace.training.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.schema.definition.ModelDefinition.PromotionRule;
import dev.millrace.training.evaluation.BinaryEvaluation;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GatesTests {

    private static final int ROWS = 600;

    private final Random random = new Random(3);
    private final double[] labels =
            random.doubles(ROWS).map(x -> x < 0.2 ? 1 : 0).toArray();

    /** Scores that tell the labels from noise as far as {@code signal} goes, with ties. */
    private double[] scores(double signal) {
        return Arrays.stream(labels)
                .map(label -> Math.round(20 * (label * signal + random.nextDouble())) / 60.0)
                .toArray();
    }

    @Test
    void figuresAreThoseOfTheEvaluation() {
        double[] scores = scores(0.5);
        int[] once = new int[ROWS];
        Arrays.fill(once, 1);
        int[] order = PairedBootstrap.order(scores);
        BinaryEvaluation evaluation = BinaryEvaluation.of(scores, labels);
        assertThat(RankingMetric.AUC.of(scores, order, labels, once)).isCloseTo(evaluation.auc(), within(1e-12));
        assertThat(RankingMetric.AVERAGE_PRECISION.of(scores, order, labels, once))
                .isCloseTo(evaluation.averagePrecision(), within(1e-12));
        int[] weights = random.ints(ROWS, 0, 3).toArray();
        int[] rows = java.util.stream.IntStream.range(0, ROWS)
                .flatMap(i -> java.util.stream.IntStream.generate(() -> i).limit(weights[i]))
                .toArray();
        BinaryEvaluation repeated = BinaryEvaluation.of(
                Arrays.stream(rows).mapToDouble(i -> scores[i]).toArray(),
                Arrays.stream(rows).mapToDouble(i -> labels[i]).toArray());
        assertThat(RankingMetric.AUC.of(scores, order, labels, weights)).isCloseTo(repeated.auc(), within(1e-12));
        assertThat(RankingMetric.AVERAGE_PRECISION.of(scores, order, labels, weights))
                .isCloseTo(repeated.averagePrecision(), within(1e-12));
    }

    @Test
    void onlyALeadBeyondChancePasses() {
        Gates gates = new Gates(new PromotionRule("average_precision", 0.05, Map.of("auc", 0.7)));
        double[] weak = scores(0.2);
        double[] strong = scores(0.8);
        Map<String, Double> metrics = Map.of("auc", 0.9);
        Gates.Verdict better = gates.against(metrics, new Gates.Duel("v1", strong, weak, labels));
        assertThat(better.promotes()).isTrue();
        assertThat(better.passed()).first().isEqualTo("auc of at least 0.7: 0.9");
        assertThat(better.passed().getLast())
                .matches(
                        "average_precision better than that of the champion v1 with p of at most 0.05: 0\\.\\d{4} against"
                                + " 0\\.\\d{4}, p 0\\.0010");
        assertThat(gates.against(metrics, new Gates.Duel("v1", weak, strong, labels))
                        .promotes())
                .isFalse();
        double[] nearly = strong.clone();
        nearly[0] += labels[0] == 1 ? 0.1 : -0.1;
        assertThat(gates.against(metrics, new Gates.Duel("v1", nearly, strong, labels))
                        .failed())
                .hasSize(1);
    }

    @Test
    void allThatFailsIsSaid() {
        Gates gates = new Gates(new PromotionRule("auc", 0.05, Map.of("auc", 0.7, "recall", 0.5)));
        double[] scores = scores(0.5);
        assertThat(gates.against(Map.of("auc", 0.6), new Gates.Duel("v1", scores, scores, labels))
                        .failed())
                .hasSize(3)
                .startsWith("auc of at least 0.7: 0.6", "recall of at least 0.5: NaN");
        assertThat(gates.floors(Map.of("auc", 0.8, "recall", 0.5)).promotes()).isTrue();
        assertThatThrownBy(() -> new Gates(new PromotionRule("speed", 0.05, Map.of()))
                        .against(Map.of(), new Gates.Duel("v1", scores, scores, labels)))
                .hasMessage("promotion-gate: expected 'better' to be one of [auc, average_precision], but came speed");
    }
}

package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.Booster;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our margins are XGBoost's, bit for bit; our scores within two units in the last place. */
class ParityTests {

    private static final int FEATURES = 9;

    static Stream<Arguments> models() {
        return Stream.of("binary:logistic", "reg:squarederror", "multi:softprob", "count:poisson")
                .flatMap(objective -> Stream.of(
                                Map.<String, Object>of("base_score", 0.5),
                                Map.<String, Object>of(),
                                Map.<String, Object>of("base_score", 0.37, "num_parallel_tree", 3, "max_depth", 3))
                        .flatMap(
                                more -> Stream.of("ubj", "json").map(format -> Arguments.of(objective, more, format))));
    }

    @ParameterizedTest
    @MethodSource("models")
    void marginsAreIdenticalAndScoresWithinTwoUlp(String objective, Map<String, Object> more, String format)
            throws Exception {
        Booster booster = Models.train(objective, FEATURES, 40, objective.hashCode(), more);
        try {
            Forest forest = Forest.read(booster.toByteArray(format));
            float[] rows = concat(Models.rows(new Random(3), 20_000, FEATURES), adversarial(forest));
            float[][] margins = Models.predict(booster, rows, FEATURES, true);
            float[][] scores = Models.predict(booster, rows, FEATURES, false);
            float[] ours = new float[forest.outputs()];
            int worst = 0;
            for (int row = 0; row < margins.length; row++) {
                float[] vector = Arrays.copyOfRange(rows, row * FEATURES, (row + 1) * FEATURES);
                forest.margins(vector, ours);
                assertThat(bits(ours))
                        .as("margins of row %s", Arrays.toString(vector))
                        .isEqualTo(bits(margins[row]));
                forest.scores(vector, ours);
                for (int i = 0; i < ours.length; i++) {
                    worst = Math.max(
                            worst, Math.abs(Float.floatToIntBits(ours[i]) - Float.floatToIntBits(scores[row][i])));
                }
                if (forest.outputs() == 1) {
                    assertThat(forest.score(vector)).isEqualTo(ours[0]);
                }
            }
            assertThat(worst).isLessThanOrEqualTo(2);
        } finally {
            booster.dispose();
        }
    }

    /** Every threshold of the model and its neighbours, and the odd values, in every feature. */
    private static float[] adversarial(Forest forest) {
        Random random = new Random(5);
        float[] odd = {
            Float.NaN,
            -0.0f,
            0.0f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            Float.MAX_VALUE,
            -Float.MAX_VALUE
        };
        float[] thresholds = forest.thresholds();
        float[] rows = new float[20_000 * FEATURES];
        for (int i = 0; i < rows.length; i++) {
            float threshold = thresholds[random.nextInt(thresholds.length)];
            rows[i] = switch (random.nextInt(4)) {
                case 0 -> threshold;
                case 1 -> Math.nextUp(threshold);
                case 2 -> Math.nextDown(threshold);
                default -> odd[random.nextInt(odd.length)];
            };
        }
        return rows;
    }

    private static List<Integer> bits(float[] values) {
        return java.util.stream.IntStream.range(0, values.length)
                .mapToObj(i -> Float.floatToRawIntBits(values[i]))
                .toList();
    }

    private static float[] concat(float[] a, float[] b) {
        float[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}

package dev.millrace.forest;

import static dev.millrace.forest.ModelCase.FEATURES;
import static dev.millrace.forest.ModelCase.categorical;
import static dev.millrace.forest.ModelCase.numeric;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.Booster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our contributions are XGBoost's in more than a million rows, within what it loses: it computes them in float32, we in double.
 * It takes no infinities here, so it is asked about finite values that go the same way; ours are, by definition, in
 * {@link ExplainerTests}.
 */
@Timeout(120)
class ContributionParityTests {

    /** In parts of the sum of an output's absolute contributions and bias. The worst that was seen is 7.9e-7. */
    private static final double XGBOOST_ERROR = 2e-6;

    /** A margin is a float32 sum of all trees, whose error grows with the square root of their number. */
    private static final double MARGIN_ERROR = Math.ulp(1f);

    /** Models, and of how many rows each: XGBoost takes 5 to 20 us for most, 500 us for the deepest. */
    static Stream<Arguments> models() {
        return Stream.concat(
                ModelCase.OBJECTIVES.stream()
                        .flatMap(objective -> Stream.of(
                                Arguments.of(numeric(objective, 6, Map.of("max_depth", 4)), 26_000),
                                Arguments.of(
                                        categorical(objective, 6, Map.of("max_depth", 4, "base_score", 0.37)),
                                        26_000))),
                Stream.of(
                        Arguments.of(numeric("binary:logistic", 100, Map.of("max_depth", 6)), 5_000),
                        Arguments.of(numeric("reg:squarederror", 3, Map.of("gamma", 1e9)), 1_000),
                        Arguments.of(numeric("reg:squarederror", 200, Map.of("max_depth", 1)), 20_000),
                        Arguments.of(deep("reg:squarederror", 30), 2_000),
                        Arguments.of(deep("binary:logistic", 30), 2_000),
                        Arguments.of(
                                numeric(
                                        "reg:squarederror",
                                        5,
                                        Map.of("max_depth", 0, "max_leaves", 40, "grow_policy", "lossguide")),
                                10_000),
                        Arguments.of(numeric("count:poisson", 3, Map.of("num_parallel_tree", 3)), 10_000),
                        Arguments.of(
                                numeric(
                                        "reg:quantileerror",
                                        5,
                                        Map.of("quantile_alpha", "[0.1,0.5,0.9]", "max_depth", 4)),
                                20_000),
                        Arguments.of(dart(numeric("binary:logistic", 20, Map.of("max_depth", 4))), 20_000),
                        Arguments.of(dart(numeric("multi:softprob", 5, Map.of("max_depth", 4))), 20_000),
                        Arguments.of(dart(categorical("reg:squarederror", 10, Map.of("max_depth", 4))), 20_000),
                        Arguments.of(categorical("binary:logistic", 20, Map.of("max_cat_to_onehot", 1)), 10_000),
                        Arguments.of(categorical("multi:softprob", 5, Map.of("max_cat_to_onehot", 1_000)), 10_000)));
    }

    private static ModelCase deep(String objective, int rounds) {
        return numeric(objective, rounds, Map.of("max_depth", 10, "min_child_weight", 0, "eta", 0.5));
    }

    private static ModelCase dart(ModelCase model) {
        return model.with(Map.of("booster", "dart", "rate_drop", 0.3));
    }

    @Test
    void haveAMillionRows() {
        assertThat(models().mapToInt(model -> (int) model.get()[1]).sum()).isGreaterThan(1_000_000);
    }

    @ParameterizedTest
    @MethodSource("models")
    void contributionsAreXgboostsAndAddUpToTheMargin(ModelCase model, int count) throws Exception {
        Booster booster = model.train();
        try {
            Forest forest = Forest.read(booster.toByteArray("ubj"));
            compare(booster, forest, model.rows(forest, 4, count));
        } finally {
            booster.dispose();
        }
    }

    static Stream<ModelCase> ofSixRounds() {
        return Stream.of(
                numeric("binary:logistic", 6, Map.of()),
                dart(numeric("count:poisson", 6, Map.of())),
                dart(categorical("multi:softprob", 6, Map.of())));
    }

    @ParameterizedTest
    @MethodSource("ofSixRounds")
    void soAreThoseOfLaterIterations(ModelCase model) throws Exception {
        Booster booster = model.train();
        Booster later = Models.rounds(booster, 2, 5);
        try {
            Forest forest = Forest.read(booster.toByteArray("ubj")).iterations(2, 5);
            compare(later, forest, model.rows(forest, 5, 5_000));
        } finally {
            booster.dispose();
            later.dispose();
        }
    }

    private static void compare(Booster booster, Forest forest, float[] rows) throws Exception {
        float[][] theirs = Models.contributions(booster, Models.finite(rows, forest), FEATURES);
        assertThat(theirs.length).isEqualTo(rows.length / FEATURES);
        Explainer explainer = forest.explainer();
        Explainer.Workspace workspace = explainer.workspace();
        double[] ours = new double[explainer.length()];
        float[] margins = new float[forest.outputs()];
        float[] vector = new float[FEATURES];
        double fromTheirs = 0;
        double fromMargin = 0;
        for (int row = 0; row < theirs.length; row++) {
            System.arraycopy(rows, row * FEATURES, vector, 0, FEATURES);
            explainer.contributions(vector, ours, workspace);
            forest.margins(vector, margins);
            assertThat(theirs[row]).hasSameSizeAs(ours);
            for (int output = 0; output < margins.length; output++) {
                double sum = 0;
                double size = 0;
                double difference = 0;
                for (int i = output * (FEATURES + 1); i < (output + 1) * (FEATURES + 1); i++) {
                    sum += ours[i];
                    size += Math.abs(ours[i]);
                    difference = Math.max(difference, Math.abs(ours[i] - theirs[row][i]));
                }
                fromTheirs = Math.max(fromTheirs, difference / size);
                fromMargin = Math.max(fromMargin, Math.abs(sum - margins[output]) / size);
            }
        }
        assertThat(fromTheirs).isLessThan(XGBOOST_ERROR);
        assertThat(fromMargin).isLessThan(MARGIN_ERROR * Math.sqrt(forest.trees()));
    }
}

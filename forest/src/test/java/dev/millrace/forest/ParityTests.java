package dev.millrace.forest;

import static dev.millrace.forest.ModelCase.FEATURES;
import static dev.millrace.forest.ModelCase.categorical;
import static dev.millrace.forest.ModelCase.numeric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our margins are XGBoost's, bit for bit, in more than a million rows; our scores, too, but where they are an exponential: within
 * two units in the last place. A matrix refuses infinities: it gets finite values that go the same way; in place, XGBoost takes
 * them as they are.
 */
@Timeout(120)
class ParityTests {

    private static final int ROWS = 20_000;

    /** Of an exponential, and what is computed from it: two libraries round it, each within one unit. */
    private static final int ULPS = 2;

    /** In place, XGBoost 3.1 gives DART's margins other last bits than otherwise. The worst that was seen is 4.8e-7. */
    private static final double DART_ERROR = 1e-6;

    static Stream<ModelCase> objectives() {
        return ModelCase.OBJECTIVES.stream()
                .flatMap(objective -> Stream.of(
                        numeric(objective, 40, Map.of("base_score", 0.5)),
                        // XGBoost grows no parallel trees where it sets leaves afterwards.
                        objective.equals("reg:absoluteerror")
                                ? numeric(objective, 20, Map.of("base_score", 0.37, "max_depth", 3))
                                : numeric(
                                        objective,
                                        20,
                                        Map.of("base_score", 0.37, "num_parallel_tree", 3, "max_depth", 3)),
                        categorical(objective, 10, Map.of("base_score", 0.5, "tree_method", "hist"))));
    }

    /** The base score is estimated from the labels in some; there, a model of several outputs has one of each. */
    static Stream<ModelCase> shapes() {
        return Stream.of(
                numeric("binary:logistic", 200, Map.of("max_depth", 1, "base_score", 0.5)),
                numeric("binary:logistic", 1, Map.of("max_depth", 2, "tree_method", "exact")),
                numeric("binary:logistic", 2, Map.of("max_depth", 2, "base_score", 1e-7)),
                numeric("binary:logistic", 7, Map.of("max_depth", 3, "tree_method", "approx")),
                numeric("reg:squarederror", 100, Map.of("max_depth", 6, "tree_method", "exact")),
                numeric("reg:squarederror", 50, Map.of("max_depth", 10, "min_child_weight", 0, "tree_method", "hist")),
                numeric("reg:squarederror", 30, Map.of("max_depth", 0, "max_leaves", 40, "grow_policy", "lossguide")),
                numeric("reg:squarederror", 5, Map.of("gamma", 1e9)),
                numeric("reg:quantileerror", 10, Map.of("quantile_alpha", 0.3)),
                numeric("reg:quantileerror", 10, Map.of("quantile_alpha", "[0.1,0.5,0.9]")),
                numeric("multi:softprob", 30, Map.of("max_depth", 4)),
                numeric("multi:softprob", 7, Map.of("max_depth", 8, "num_parallel_tree", 2)),
                numeric("binary:logistic", 30, Map.of("booster", "dart", "rate_drop", 0.3, "base_score", 0.5)),
                numeric("multi:softprob", 15, Map.of("booster", "dart", "rate_drop", 0.3, "skip_drop", 0.2)),
                numeric("count:poisson", 15, Map.of("booster", "dart", "normalize_type", "forest", "one_drop", 1)),
                categorical("binary:logistic", 30, Map.of("max_cat_to_onehot", 1000)),
                categorical("binary:logistic", 30, Map.of("max_cat_to_onehot", 1, "max_depth", 8)),
                categorical("binary:logistic", 10, Map.of("tree_method", "approx", "max_cat_threshold", 5)),
                categorical("multi:softprob", 10, Map.of("max_cat_to_onehot", 10)),
                categorical("reg:squarederror", 10, Map.of("booster", "dart", "rate_drop", 0.5)));
    }

    /** Each is tried on both kinds of file. */
    @Test
    void thereAreAMillionRows() {
        assertThat(Stream.concat(objectives(), shapes()).count() * ROWS).isGreaterThan(1_000_000);
    }

    @ParameterizedTest
    @MethodSource({"objectives", "shapes"})
    void marginsAreIdenticalAndScoresAlmost(ModelCase model) throws Exception {
        Booster booster = model.train();
        try {
            Forest ubj = Forest.read(booster.toByteArray("ubj"));
            compare(booster, model, ubj, model.rows(ubj, 11, ROWS));
            Forest json = Forest.read(booster.toByteArray("json"));
            compare(booster, model, json, model.rows(json, 12, ROWS));
        } finally {
            booster.dispose();
        }
    }

    /** Its two bounds of a label cannot be set from Java: here another model is said to be one. */
    @Test
    void acceleratedFailureTimes() throws Exception {
        ModelCase counts = numeric("count:poisson", 10, Map.of("base_score", 0.5));
        Booster poisson = counts.train();
        String json = new String(poisson.toByteArray("json"), StandardCharsets.UTF_8)
                .replaceFirst(
                        "\"objective\":\\{\"name\":\"count:poisson\",\"poisson_regression_param\":\\{[^}]*}}",
                        "\"objective\":{\"name\":\"survival:aft\",\"aft_loss_param\":"
                                + "{\"aft_loss_distribution\":\"normal\",\"aft_loss_distribution_scale\":\"1\"}}");
        poisson.dispose();
        byte[] model = json.getBytes(StandardCharsets.UTF_8);
        Booster booster = XGBoost.loadModel(new ByteArrayInputStream(model));
        try {
            Forest forest = Forest.read(model);
            assertThat(forest.objective()).isEqualTo(Objective.AFT);
            compare(booster, counts, forest, counts.rows(forest, 1, ROWS));
        } finally {
            booster.dispose();
        }
    }

    static Stream<ModelCase> darts() {
        return shapes().filter(ModelCase::dart);
    }

    /** To the bit they are those of finite values that go the same way, as above; here, XGBoost gets the infinities. */
    @ParameterizedTest
    @MethodSource("darts")
    void dartMarginsOfInfinitiesAreAlmostThoseInPlace(ModelCase model) throws Exception {
        Booster booster = model.train();
        try {
            Forest forest = Forest.read(booster.toByteArray("ubj"));
            float[] rows = model.rows(forest, 13, ROWS);
            float[] ours = new float[ROWS * forest.outputs()];
            forest.marginsOfRows(rows, ROWS, ours);
            float[][] theirs = Models.marginsInPlace(booster, rows, FEATURES, 0, 0);
            double worst = 0;
            for (int i = 0; i < ours.length; i++) {
                worst = Math.max(worst, Math.abs(ours[i] - theirs[i / forest.outputs()][i % forest.outputs()]));
            }
            assertThat(worst).isLessThan(DART_ERROR);
        } finally {
            booster.dispose();
        }
    }

    static Stream<ModelCase> ofTwelveRounds() {
        return Stream.of(
                numeric("binary:logistic", 12, Map.of("base_score", 0.37)),
                numeric("multi:softprob", 12, Map.of("num_parallel_tree", 2)),
                numeric("count:poisson", 12, Map.of("booster", "dart", "rate_drop", 0.3)),
                numeric("multi:softprob", 12, Map.of("booster", "dart", "rate_drop", 0.3)),
                categorical("reg:squarederror", 12, Map.of("booster", "dart", "rate_drop", 0.3)),
                categorical("binary:logistic", 12, Map.of("max_cat_to_onehot", 1)));
    }

    /** XGBoost is asked for the range, which it takes in place only, and as a model that has no other trees. */
    @ParameterizedTest
    @MethodSource("ofTwelveRounds")
    void rangesOfIterationsAreThoseOfXgboost(ModelCase model) throws Exception {
        Booster booster = model.train();
        try {
            Forest forest = Forest.read(booster.toByteArray("ubj"));
            assertThat(forest.iterations()).isEqualTo(12);
            for (int from = 0; from < 12; from++) {
                for (int to : IntStream.of(from + 1, from + 3, 12)
                        .filter(end -> end <= 12)
                        .distinct()
                        .toArray()) {
                    Forest some = forest.iterations(from, to);
                    float[] rows = model.rows(forest, 12 * from + to, 1_000);
                    if (!model.dart()) {
                        float[] margins = new float[1_000 * some.outputs()];
                        some.marginsOfRows(rows, 1_000, margins);
                        float[][] theirs = Models.marginsInPlace(booster, rows, FEATURES, from, to);
                        assertThat(difference(margins, theirs)).isZero();
                    }
                    Booster alone = Models.rounds(booster, from, to);
                    try {
                        compare(alone, model, some, rows);
                    } finally {
                        alone.dispose();
                    }
                }
            }
        } finally {
            booster.dispose();
        }
    }

    @Test
    void theBestIterationIsCountedFromTheFirstThatIsKept() throws Exception {
        Booster booster = numeric("binary:logistic", 12, Map.of()).train();
        booster.setAttr("best_iteration", "7");
        Forest forest = Forest.read(booster.toByteArray("ubj"));
        booster.dispose();
        assertThat(forest.bestIteration()).hasValue(7);
        assertThat(forest.iterations(0, 8).bestIteration()).hasValue(7);
        assertThat(forest.iterations(3, 8).bestIteration()).hasValue(4);
        assertThat(forest.iterations(3, 5).bestIteration()).isEmpty();
        assertThat(forest.iterations(3, 5).iterations()).isEqualTo(2);
    }

    private static void compare(Booster booster, ModelCase model, Forest forest, float[] rows) throws Exception {
        int count = rows.length / FEATURES;
        boolean exact = switch (forest.objective().link()) {
            case IDENTITY, HINGE, GREATEST -> true;
            case LOGISTIC, LOG, SOFTMAX -> false;
        };
        float[] margins = new float[count * forest.outputs()];
        forest.marginsOfRows(rows, count, margins);
        float[] finite = Models.finite(rows, forest);
        assertThat(difference(margins, Models.predict(booster, finite, FEATURES, true)))
                .isZero();
        if (!model.dart()) {
            assertThat(difference(margins, Models.marginsInPlace(booster, rows, FEATURES, 0, 0)))
                    .isZero();
        }
        float[] scores = new float[count * forest.answers()];
        forest.scoresOfRows(rows, count, scores);
        assertThat(difference(scores, Models.predict(booster, finite, FEATURES, false)))
                .isLessThanOrEqualTo(exact ? 0 : ULPS);

        float[] vector = new float[FEATURES];
        float[] rowMargins = new float[forest.outputs()];
        float[] rowScores = new float[forest.answers()];
        for (int row = 0; row < count; row++) {
            System.arraycopy(rows, row * FEATURES, vector, 0, FEATURES);
            forest.margins(vector, rowMargins);
            same(rowMargins, margins, row, vector);
            forest.scores(vector, rowScores);
            same(rowScores, scores, row, vector);
            if (forest.answers() == 1) {
                rowScores[0] = forest.score(vector);
                same(rowScores, scores, row, vector);
            }
            if (forest.outputs() == 1) {
                rowMargins[0] = forest.margin(vector);
                same(rowMargins, margins, row, vector);
            }
        }
    }

    private static void same(float[] alone, float[] together, int row, float[] vector) {
        for (int i = 0; i < alone.length; i++) {
            if (Float.floatToRawIntBits(alone[i]) != Float.floatToRawIntBits(together[row * alone.length + i])) {
                fail("row %s alone: %s, among others: %s"
                        .formatted(Arrays.toString(vector), alone[i], together[row * alone.length + i]));
            }
        }
    }

    /** The greatest one, in units in the last place. */
    private static long difference(float[] ours, float[][] theirs) {
        long worst = 0;
        int at = 0;
        for (float[] row : theirs) {
            for (float value : row) {
                long difference = (long) Float.floatToRawIntBits(value) - Float.floatToRawIntBits(ours[at++]);
                worst = Math.max(worst, Math.abs(difference));
            }
        }
        assertThat(at).isEqualTo(ours.length);
        return worst;
    }
}

package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our margins are XGBoost's, bit for bit, in more than a million rows; our scores, too, but where they are an exponential: within
 * two units in the last place.
 */
class ParityTests {

    private static final int FEATURES = 9;
    private static final int ROWS = 10_000;

    /** Of an exponential, and what is computed from it: two libraries round it, each within one unit. */
    private static final int ULPS = 2;

    record Case(String objective, int rounds, boolean categories, Map<String, Object> parameters) {
        Booster train() throws Exception {
            int seed = objective.hashCode() + rounds;
            return categories
                    ? Models.trainOnCategories(objective, FEATURES, rounds, seed, parameters)
                    : Models.train(objective, FEATURES, rounds, seed, parameters);
        }
    }

    private static Case numeric(String objective, int rounds, Map<String, Object> parameters) {
        return new Case(objective, rounds, false, parameters);
    }

    private static Case categorical(String objective, int rounds, Map<String, Object> parameters) {
        return new Case(objective, rounds, true, parameters);
    }

    static Stream<Case> objectives() {
        return Stream.of(
                        "binary:logistic",
                        "binary:logitraw",
                        "binary:hinge",
                        "reg:squarederror",
                        "reg:squaredlogerror",
                        "reg:logistic",
                        "reg:pseudohubererror",
                        "reg:absoluteerror",
                        "reg:gamma",
                        "reg:tweedie",
                        "count:poisson",
                        "survival:cox",
                        "multi:softmax",
                        "multi:softprob",
                        "rank:pairwise",
                        "rank:ndcg",
                        "rank:map")
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
    static Stream<Case> shapes() {
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

    @ParameterizedTest
    @MethodSource({"objectives", "shapes"})
    void marginsAreIdenticalAndScoresAlmost(Case model) throws Exception {
        Booster booster = model.train();
        try {
            Forest ubj = Forest.read(booster.toByteArray("ubj"));
            compare(booster, ubj, rows(model, ubj, 11));
            Forest json = Forest.read(booster.toByteArray("json"));
            compare(booster, json, rows(model, json, 12));
        } finally {
            booster.dispose();
        }
    }

    /** Its two bounds of a label cannot be set from Java: here another model is said to be one. */
    @Test
    void acceleratedFailureTimes() throws Exception {
        Booster poisson = Models.train("count:poisson", FEATURES, 10, 3, Map.of("base_score", 0.5));
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
            compare(booster, forest, Models.rows(new Random(1), ROWS, FEATURES));
        } finally {
            booster.dispose();
        }
    }

    @Test
    void iterationsAreThoseOfXgboost() throws Exception {
        for (Case model : List.of(
                numeric("multi:softprob", 12, Map.of("num_parallel_tree", 2)),
                numeric("binary:logistic", 12, Map.of("booster", "dart", "rate_drop", 0.3)))) {
            Booster booster = model.train();
            booster.setAttr("best_iteration", "7");
            Forest forest = Forest.read(booster.toByteArray("ubj"));
            float[] rows = Models.rows(new Random(2), 1000, FEATURES);
            assertThat(forest.iterations()).isEqualTo(12);
            assertThat(forest.bestIteration()).hasValue(7);
            Forest best = forest.iterations(0, forest.bestIteration().getAsInt() + 1);
            float[] ours = new float[1000 * forest.outputs()];
            best.marginsOfRows(rows, 1000, ours);
            var matrix = new ml.dmlc.xgboost4j.java.DMatrix(rows, 1000, FEATURES, Float.NaN);
            float[][] theirs =
                    booster.predict(matrix, true, 8 * (int) model.parameters().getOrDefault("num_parallel_tree", 1));
            matrix.dispose();
            booster.dispose();
            assertThat(difference(ours, theirs)).isZero();
            assertThat(best.bestIteration()).hasValue(7);
            assertThat(forest.iterations(3, 5).iterations()).isEqualTo(2);
            assertThat(forest.iterations(3, 5).bestIteration()).isEmpty();
        }
    }

    private static void compare(Booster booster, Forest forest, float[] rows) throws Exception {
        int count = rows.length / FEATURES;
        boolean exact = switch (forest.objective().link()) {
            case IDENTITY, HINGE, GREATEST -> true;
            case LOGISTIC, LOG, SOFTMAX -> false;
        };
        float[] margins = new float[count * forest.outputs()];
        forest.marginsOfRows(rows, count, margins);
        float[][] theirMargins = xgboost(booster, rows, true);
        assertThat(difference(margins, theirMargins)).isZero();
        float[] scores = new float[count * forest.answers()];
        forest.scoresOfRows(rows, count, scores);
        assertThat(difference(scores, xgboost(booster, rows, false))).isLessThanOrEqualTo(exact ? 0 : ULPS);

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

    /** A DMatrix refuses infinities; in place, XGBoost 3.1 does not apply the weights of DART. */
    private static float[][] xgboost(Booster booster, float[] rows, boolean margin) throws Exception {
        for (float value : rows) {
            if (Float.isInfinite(value)) {
                return Models.predictInPlace(booster, rows, FEATURES, margin);
            }
        }
        return Models.predict(booster, rows, FEATURES, margin);
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

    private static float[] rows(Case model, Forest forest, int seed) {
        Random random = new Random(seed);
        float[] plain = model.categories()
                ? Models.rowsOfCategories(random, ROWS, FEATURES)
                : Models.rows(random, ROWS, FEATURES);
        float[] odd = adversarial(random, forest, !model.parameters().containsKey("booster"));
        float[] both = Arrays.copyOf(plain, plain.length + odd.length);
        System.arraycopy(odd, 0, both, plain.length, odd.length);
        return both;
    }

    /** Every threshold of the model and its neighbours, and the odd values, in every feature. */
    private static float[] adversarial(Random random, Forest forest, boolean infinities) {
        List<Float> odd = new ArrayList<>(List.of(
                Float.NaN,
                -0.0f,
                0.0f,
                Float.MIN_VALUE,
                -Float.MIN_VALUE,
                Float.MIN_NORMAL,
                Float.MAX_VALUE,
                -Float.MAX_VALUE,
                -1f,
                -0.5f,
                3.999f,
                39f,
                40f,
                64f,
                1e6f,
                16_777_215f,
                16_777_216f,
                2.2e9f,
                1e19f));
        if (infinities) {
            odd.add(Float.POSITIVE_INFINITY);
            odd.add(Float.NEGATIVE_INFINITY);
        }
        float[] thresholds = forest.thresholds();
        float[] rows = new float[ROWS * FEATURES];
        for (int i = 0; i < rows.length; i++) {
            float threshold = thresholds.length == 0 ? 0 : thresholds[random.nextInt(thresholds.length)];
            rows[i] = switch (random.nextInt(5)) {
                case 0 -> threshold;
                case 1 -> Math.nextUp(threshold);
                case 2 -> Math.nextDown(threshold);
                case 3 -> random.nextInt(Models.CATEGORIES);
                default -> odd.get(random.nextInt(odd.size()));
            };
        }
        return rows;
    }
}

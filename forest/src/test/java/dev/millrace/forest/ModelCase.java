package dev.millrace.forest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** A model that XGBoost trains, and the rows that both it and we are asked. */
record ModelCase(String objective, int rounds, boolean categories, Map<String, Object> parameters) {

    static final int FEATURES = 9;

    /** Those that XGBoost trains on one label a row. */
    static final List<String> OBJECTIVES = List.of(
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
            "rank:map");

    private static final List<Float> ODD = List.of(
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
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
            1e19f);

    static ModelCase numeric(String objective, int rounds, Map<String, Object> parameters) {
        return new ModelCase(objective, rounds, false, parameters);
    }

    static ModelCase categorical(String objective, int rounds, Map<String, Object> parameters) {
        return new ModelCase(objective, rounds, true, parameters);
    }

    ModelCase with(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(parameters);
        all.putAll(more);
        return new ModelCase(objective, rounds, categories, all);
    }

    Booster train() throws XGBoostError {
        int seed = objective.hashCode() + rounds;
        return categories
                ? Models.trainOnCategories(objective, FEATURES, rounds, seed, parameters)
                : Models.train(objective, FEATURES, rounds, seed, parameters);
    }

    boolean dart() {
        return "dart".equals(parameters.get("booster"));
    }

    /** Half of them as those of the training, half of odd values: each feature's thresholds and their neighbours, infinities. */
    float[] rows(Forest forest, int seed, int count) {
        Random random = new Random(seed);
        int plain = count / 2;
        float[] rows = new float[count * FEATURES];
        float[] some =
                categories ? Models.rowsOfCategories(random, plain, FEATURES) : Models.rows(random, plain, FEATURES);
        System.arraycopy(some, 0, rows, 0, some.length);
        for (int feature = 0; feature < FEATURES; feature++) {
            List<Float> edges = edges(forest, feature);
            for (int row = plain; row < count; row++) {
                // Edges take turns, in another order each time round.
                int edge = (row - plain) % edges.size();
                if (edge == 0) {
                    Collections.shuffle(edges, random);
                }
                rows[row * FEATURES + feature] = switch (random.nextInt(5)) {
                    case 0 -> ODD.get(random.nextInt(ODD.size()));
                    case 1 -> random.nextInt(Models.CATEGORIES);
                    default -> edges.get(edge);
                };
            }
        }
        return rows;
    }

    /** The thresholds of this feature and their neighbours. */
    private static List<Float> edges(Forest forest, int feature) {
        List<Float> edges = new ArrayList<>();
        for (Tree tree : forest.treesAsRead()) {
            for (int node = 0; node < tree.nodes(); node++) {
                if (tree.feature()[node] == feature && (tree.categories() == null || tree.categories()[node] == null)) {
                    float threshold = tree.value()[node];
                    edges.add(threshold);
                    edges.add(Math.nextUp(threshold));
                    edges.add(Math.nextDown(threshold));
                }
            }
        }
        return edges.isEmpty()
                ? new ArrayList<>(ODD)
                : new ArrayList<>(edges.stream().distinct().toList());
    }
}

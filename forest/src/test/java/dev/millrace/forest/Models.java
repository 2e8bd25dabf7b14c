package dev.millrace.forest;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Models trained by XGBoost itself, and its own answers. */
final class Models {

    private static final int ROWS = 600;

    /** The first values of each vector that are categories, of models that have such. */
    static final int CATEGORICAL = 3;

    static final int CATEGORIES = 40;

    private Models() {}

    static Booster train(String objective, int features, int rounds, long seed, Map<String, Object> more)
            throws XGBoostError {
        return train(objective, features, rounds, seed, more, rows(new Random(seed), ROWS, features), 0);
    }

    /** The first three features are categories. */
    static Booster trainOnCategories(String objective, int features, int rounds, long seed, Map<String, Object> more)
            throws XGBoostError {
        float[] data = rowsOfCategories(new Random(seed), ROWS, features);
        return train(objective, features, rounds, seed, more, data, CATEGORICAL);
    }

    private static Booster train(
            String objective,
            int features,
            int rounds,
            long seed,
            Map<String, Object> more,
            float[] data,
            int categorical)
            throws XGBoostError {
        Map<String, Object> parameters = new HashMap<>(
                Map.of("objective", objective, "max_depth", 6, "eta", 0.1, "nthread", 1, "seed", 7, "subsample", 0.8));
        if (objective.startsWith("multi:")) {
            parameters.put("num_class", 3);
        }
        parameters.putAll(more);
        DMatrix matrix = new DMatrix(data, ROWS, features, Float.NaN);
        try {
            if (categorical > 0) {
                String[] types = new String[features];
                Arrays.setAll(types, i -> i < categorical ? "c" : "float");
                matrix.setFeatureTypes(types);
            }
            matrix.setLabel(labels(objective, data, features, new Random(seed + 1)));
            if (objective.startsWith("rank:")) {
                int[] groups = new int[ROWS / 20];
                Arrays.fill(groups, 20);
                matrix.setGroup(groups);
            }
            return XGBoost.train(matrix, parameters, rounds, Map.of(), null, null);
        } finally {
            matrix.dispose();
        }
    }

    private static float[] labels(String objective, float[] data, int features, Random random) {
        float[] labels = new float[ROWS];
        for (int row = 0; row < ROWS; row++) {
            float x = data[row * features];
            float y = data[row * features + 1];
            double signal = (Float.isNaN(x) ? 0.3 : x % 3) + 0.5 * (Float.isNaN(y) ? 1 : y % 2);
            signal += 0.2 * random.nextGaussian();
            labels[row] = switch (objective) {
                case "binary:logistic", "binary:logitraw", "binary:hinge", "rank:map" -> signal > 0.5 ? 1 : 0;
                case "reg:logistic" -> (float) (1 / (1 + Math.exp(-signal)));
                case "multi:softprob", "multi:softmax" -> signal > 0.6 ? 2 : signal > 0 ? 1 : 0;
                case "count:poisson", "rank:ndcg", "rank:pairwise" -> (float) Math.clamp(Math.floor(signal * 3), 0, 9);
                case "reg:gamma", "reg:tweedie", "survival:cox", "reg:squaredlogerror" -> (float) Math.exp(signal / 2);
                default -> (float) signal;
            };
        }
        return labels;
    }

    /** Rows on a coarse grid, so that many values equal a threshold, with a tenth missing. */
    static float[] rows(Random random, int rows, int features) {
        float[] data = new float[rows * features];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextInt(10) == 0
                    ? Float.NaN
                    : i % features < 2 ? (float) random.nextGaussian() : random.nextInt(20) / 8f;
        }
        return data;
    }

    static float[] rowsOfCategories(Random random, int rows, int features) {
        float[] data = rows(random, rows, features);
        for (int i = 0; i < data.length; i++) {
            if (i % features < CATEGORICAL && !Float.isNaN(data[i])) {
                // Few of the last ones, so that some are never seen in training.
                data[i] = Math.min(random.nextInt(CATEGORIES), random.nextInt(CATEGORIES));
            }
        }
        return data;
    }

    static float[][] predict(Booster booster, float[] rows, int features, boolean margin) throws XGBoostError {
        DMatrix matrix = new DMatrix(rows, rows.length / features, features, Float.NaN);
        try {
            return booster.predict(matrix, margin);
        } finally {
            matrix.dispose();
        }
    }

    /** Takes infinities, too, which a DMatrix refuses. */
    static float[][] predictInPlace(Booster booster, float[] rows, int features, boolean margin) throws XGBoostError {
        return booster.inplace_predict(
                rows,
                rows.length / features,
                features,
                Float.NaN,
                new int[] {0, 0},
                margin ? Booster.PredictionType.kMargin : Booster.PredictionType.kValue,
                null);
    }

    static float[][] contributions(Booster booster, float[] rows, int features) throws XGBoostError {
        DMatrix matrix = new DMatrix(rows, rows.length / features, features, Float.NaN);
        try {
            return booster.predictContrib(matrix, 0);
        } finally {
            matrix.dispose();
        }
    }
}

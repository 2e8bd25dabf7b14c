package dev.millrace.forest;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Models trained by XGBoost itself, and its own answers. */
final class Models {

    private Models() {}

    static Booster train(String objective, int features, int rounds, long seed, Map<String, Object> more)
            throws XGBoostError {
        Random random = new Random(seed);
        int rows = 600;
        float[] data = rows(random, rows, features);
        float[] labels = new float[rows];
        for (int row = 0; row < rows; row++) {
            float x = data[row * features];
            float y = data[row * features + 1];
            double signal = (Float.isNaN(x) ? 0.3 : x) + 0.5 * (Float.isNaN(y) ? 1 : y) + 0.2 * random.nextGaussian();
            labels[row] = switch (objective) {
                case "binary:logistic" -> signal > 0.5 ? 1 : 0;
                case "multi:softprob" -> signal > 0.6 ? 2 : signal > 0 ? 1 : 0;
                case "count:poisson" -> (float) Math.max(0, Math.floor(signal * 3));
                default -> (float) signal;
            };
        }
        Map<String, Object> parameters = new HashMap<>(
                Map.of("objective", objective, "max_depth", 6, "eta", 0.1, "nthread", 1, "seed", 7, "subsample", 0.8));
        if (objective.equals("multi:softprob")) {
            parameters.put("num_class", 3);
        }
        parameters.putAll(more);
        DMatrix matrix = new DMatrix(data, rows, features, Float.NaN);
        try {
            matrix.setLabel(labels);
            return XGBoost.train(matrix, parameters, rounds, Map.of(), null, null);
        } finally {
            matrix.dispose();
        }
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

    static float[][] predict(Booster booster, float[] rows, int features, boolean margin) throws XGBoostError {
        DMatrix matrix = new DMatrix(rows, rows.length / features, features, Float.NaN);
        try {
            return booster.predict(matrix, margin);
        } finally {
            matrix.dispose();
        }
    }
}

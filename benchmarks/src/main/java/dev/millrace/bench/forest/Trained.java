package dev.millrace.bench.forest;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * The model that is measured: 100 trees of depth 6 on 30 features, trained by XGBoost on 20,000 rows with a twentieth of the
 * values missing; and rows to score, none of which is its neighbour's like.
 *
 * @param rows one after the other
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Trained(Booster booster, float[] rows) {
    static final int FEATURES = 30;
    static final int ROWS = 20_000;

    private static final int TREES = 100;
    private static final long SEED = 1;

    static Trained make() throws XGBoostError {
        Random random = new Random(SEED);
        float[] rows = new float[ROWS * FEATURES];
        float[] labels = new float[ROWS];
        for (int row = 0; row < ROWS; row++) {
            double signal = random.nextGaussian();
            for (int feature = 0; feature < FEATURES; feature++) {
                float x = (float) random.nextGaussian();
                rows[row * FEATURES + feature] = random.nextInt(20) == 0 ? Float.NaN : x;
                signal += x * (feature % 7 - 3) * 0.3 * (feature % 3 == 0 ? Math.abs(x) : 1);
            }
            labels[row] = signal > 0 ? 1 : 0;
        }
        DMatrix matrix = new DMatrix(rows, ROWS, FEATURES, Float.NaN);
        try {
            matrix.setLabel(labels);
            Map<String, Object> parameters = Map.of(
                    "objective",
                    "binary:logistic",
                    "base_score",
                    0.5,
                    "max_depth",
                    6,
                    "eta",
                    0.1,
                    "subsample",
                    0.8,
                    "seed",
                    SEED,
                    "nthread",
                    1);
            return new Trained(XGBoost.train(matrix, parameters, TREES, Map.of(), null, null), rows);
        } finally {
            matrix.dispose();
        }
    }

    float[] row(int row) {
        return Arrays.copyOfRange(rows, row * FEATURES, (row + 1) * FEATURES);
    }
}

package dev.millrace.prediction;

import dev.millrace.forest.Forest;
import dev.millrace.forest.model.ManifestCodec;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.forest.model.Scaler;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;

/** Small models, each of another seed another one. */
public record TestPackages(byte[] manifest, byte[] trees) {

    public static TestPackages of(String model, long seed) throws Exception {
        Random random = new Random(seed);
        float[] data = new float[400];
        float[] labels = new float[200];
        for (int i = 0; i < 200; i++) {
            data[2 * i] = random.nextFloat();
            data[2 * i + 1] = random.nextFloat();
            labels[i] = data[2 * i] + random.nextFloat() > 1 ? 1 : 0;
        }
        DMatrix matrix = new DMatrix(data, 200, 2, Float.NaN);
        matrix.setLabel(labels);
        Map<String, Object> parameters =
                new HashMap<>(Map.of("objective", "binary:logistic", "base_score", 0.5, "nthread", 1));
        Booster booster = XGBoost.train(matrix, parameters, 10, Map.of(), null, null);
        byte[] trees = booster.toByteArray("ubj");
        booster.dispose();
        matrix.dispose();
        Scaler scaler = new Scaler(new double[] {0, 0}, new double[] {1, 1});
        List<double[]> vectors = List.of(new double[] {0.2, 0.3}, new double[] {0.9, Double.NaN});
        ModelManifest manifest = new ModelManifest(
                "parcels",
                model,
                "binary",
                List.of("parcels_1d", "grams"),
                "digest",
                scaler,
                List.of(0.0, 500.0),
                0.5,
                Map.of("auc", 0.9),
                ModelPackage.golden(Forest.read(trees), scaler, vectors),
                Instant.parse("2026-01-01T00:00:00Z"),
                Map.of(ModelManifest.TREES, ModelPackage.sha256(trees)));
        return new TestPackages(ManifestCodec.write(manifest), trees);
    }

    /** The same with one bit of the trees turned. */
    public TestPackages broken() {
        byte[] other = trees.clone();
        other[other.length / 2] ^= 1;
        return new TestPackages(manifest, other);
    }
}

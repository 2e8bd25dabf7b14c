package dev.millrace.prediction;

import dev.millrace.forest.Forest;
import dev.millrace.forest.model.ManifestCodec;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.forest.model.Scaler;
import java.time.Instant;
import java.util.Arrays;
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
        int width = Parcels.model().features().size();
        double[] ranges = {10, 30, 200, 0.5, 1000, 200, 24};
        float[] data = new float[1000 * width];
        float[] labels = new float[1000];
        for (int i = 0; i < 1000; i++) {
            float sum = 0;
            for (int j = 0; j < width; j++) {
                float value = random.nextFloat();
                sum += value;
                data[i * width + j] = random.nextInt(10) == 0 ? Float.NaN : (float) (value * ranges[j]);
            }
            labels[i] = sum + random.nextFloat() > width / 2.0 + 0.5 ? 1 : 0;
        }
        DMatrix matrix = new DMatrix(data, 1000, width, Float.NaN);
        matrix.setLabel(labels);
        Map<String, Object> parameters =
                new HashMap<>(Map.of("objective", "binary:logistic", "base_score", 0.5, "nthread", 1));
        Booster booster = XGBoost.train(matrix, parameters, 30, Map.of(), null, null);
        byte[] trees = booster.toByteArray("ubj");
        booster.dispose();
        matrix.dispose();
        double[] mean = new double[width];
        double[] std = new double[width];
        Arrays.fill(std, 1);
        Scaler scaler = new Scaler(mean, std);
        double[] nothing = new double[width];
        Arrays.fill(nothing, Double.NaN);
        List<double[]> vectors = List.of(nothing, Arrays.copyOf(ranges, width));
        ModelManifest manifest = new ModelManifest(
                "parcels",
                model,
                "binary",
                Parcels.model().features(),
                Parcels.model().digest(),
                scaler,
                List.of(2.0, 5.0, 60.0, 0.2, 500.0, 30.0, 12.0),
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

package dev.millrace.training.xgboost;

import dev.millrace.forest.Forest;
import dev.millrace.forest.ModelFormatException;
import dev.millrace.forest.model.Scaler;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.data.TrainingSet;
import java.util.HashMap;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Trains with XGBoost. The same rows, parameters, seed and number of threads give the same model. */
public final class Trainer {

    private final int threads;
    private final long seed;

    public Trainer(int threads, long seed) {
        this.threads = threads;
        this.seed = seed;
    }

    /** What XGBoost is told for these parameters. */
    public Map<String, Object> settings(XgboostParameters parameters) {
        return parameters.asMap(threads, seed);
    }

    /**
     * Trains on these rows of the set, scaled by what these rows say.
     *
     * @throws TrainingException when the rows are of one class only, or XGBoost fails
     */
    public TrainedModel train(TrainingSet set, int[] indices, XgboostParameters parameters) {
        double[] labels = set.labels(indices);
        requireBothClasses(labels);
        int features = set.featureNames().size();
        Scaler scaler = ScalerFit.fit(set.rows(), indices, features);
        float[] data = new float[indices.length * features];
        float[] scaled = new float[features];
        float[] floats = new float[labels.length];
        for (int i = 0; i < indices.length; i++) {
            scaler.apply(set.rows()[indices[i]], scaled);
            System.arraycopy(scaled, 0, data, i * features, features);
            floats[i] = (float) labels[i];
        }
        Map<String, Object> settings = new HashMap<>(settings(parameters));
        settings.remove("n_estimators"); // the number of rounds, which is an argument here
        try {
            DMatrix matrix = new DMatrix(data, indices.length, features, Float.NaN);
            try {
                matrix.setLabel(floats);
                Booster booster = XGBoost.train(matrix, settings, parameters.trees(), Map.of(), null, null);
                try {
                    byte[] trees = booster.toByteArray("ubj");
                    return new TrainedModel(trees, Forest.read(trees), scaler, gain(booster, set));
                } finally {
                    booster.dispose();
                }
            } finally {
                matrix.dispose();
            }
        } catch (XGBoostError | ModelFormatException e) {
            throw new TrainingException(Code.INTERNAL, "XGBoost failed on " + settings + ": " + e.getMessage(), e);
        }
    }

    /** XGBoost numbers the features f0, f1, … */
    private static Map<String, Double> gain(Booster booster, TrainingSet set) throws XGBoostError {
        Map<String, Double> gain = new HashMap<>();
        booster.getScore("", "gain").forEach((feature, value) -> {
            gain.put(set.featureNames().get(Integer.parseInt(feature.substring(1))), value);
        });
        return gain;
    }

    private static void requireBothClasses(double[] labels) {
        long positives = 0;
        for (double label : labels) {
            positives += label == 1 ? 1 : 0;
        }
        if (positives == 0 || positives == labels.length) {
            throw new TrainingException(
                    Code.NOT_ENOUGH_DATA,
                    "expected rows of both classes to train on, but %d of %d are positive: train on a longer time"
                            .formatted(positives, labels.length));
        }
    }
}

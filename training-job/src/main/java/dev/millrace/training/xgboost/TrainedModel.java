package dev.millrace.training.xgboost;

import dev.millrace.forest.Forest;
import dev.millrace.forest.model.Scaler;
import dev.millrace.forest.model.ShortestDecimal;
import java.util.Map;

/**
 * A trained model.
 *
 * @param trees as XGBoost saves them (UBJ)
 * @param gain per feature that is split on, the mean gain of its splits
 */
public record TrainedModel(byte[] trees, Forest forest, Scaler scaler, Map<String, Double> gain) {

    public TrainedModel {
        gain = Map.copyOf(gain);
    }

    /** The scores of these rows, as answers tell them. */
    public double[] scores(double[][] rows, int[] indices) {
        float[] scaled = new float[scaler.features()];
        double[] scores = new double[indices.length];
        for (int i = 0; i < scores.length; i++) {
            scaler.apply(rows[indices[i]], scaled);
            scores[i] = ShortestDecimal.of(forest.score(scaled));
        }
        return scores;
    }
}

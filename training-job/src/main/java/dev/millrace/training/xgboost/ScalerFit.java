package dev.millrace.training.xgboost;

import dev.millrace.forest.model.Scaler;

/** Mean and standard deviation (of the population) of the rows that are trained on; missing values are skipped. */
public final class ScalerFit {

    private ScalerFit() {}

    /** Fits a scaler; a feature that never varies or never has a value is divided by 1. */
    public static Scaler fit(double[][] rows, int[] indices, int features) {
        double[] mean = new double[features];
        double[] std = new double[features];
        for (int feature = 0; feature < features; feature++) {
            double sum = 0;
            int count = 0;
            for (int row : indices) {
                double value = rows[row][feature];
                if (!Double.isNaN(value)) {
                    sum += value;
                    count++;
                }
            }
            mean[feature] = count == 0 ? 0 : sum / count;
            double squares = 0;
            for (int row : indices) {
                double value = rows[row][feature];
                if (!Double.isNaN(value)) {
                    squares += (value - mean[feature]) * (value - mean[feature]);
                }
            }
            double deviation = count == 0 ? 0 : Math.sqrt(squares / count);
            std[feature] = deviation > 0 ? deviation : 1;
        }
        return new Scaler(mean, std);
    }
}

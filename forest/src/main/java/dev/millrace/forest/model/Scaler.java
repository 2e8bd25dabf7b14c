package dev.millrace.forest.model;

import static dev.millrace.forest.model.Checks.require;

import java.util.Arrays;

/**
 * Standardises a vector: {@code (x - mean) / std} in double arithmetic, cast to float once. Python does the same operations
 * on the same doubles, so both give the same bits. A missing value (NaN) stays missing.
 */
public record Scaler(double[] mean, double[] std) {

    public Scaler {
        require(mean.length == std.length, "a std for each of %s means", mean.length, std.length);
        for (int i = 0; i < mean.length; i++) {
            require(Double.isFinite(mean[i]), "a finite mean of feature %s", i, mean[i]);
            require(Double.isFinite(std[i]) && std[i] > 0, "a positive std of feature %s", i, std[i]);
        }
    }

    public int features() {
        return mean.length;
    }

    /** Writes the scaled vector into {@code scaled}. */
    public void apply(double[] vector, float[] scaled) {
        for (int i = 0; i < mean.length; i++) {
            scaled[i] = (float) ((vector[i] - mean[i]) / std[i]);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scaler that && Arrays.equals(mean, that.mean) && Arrays.equals(std, that.std);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
    }

    @Override
    public String toString() {
        return "Scaler[mean=%s, std=%s]".formatted(Arrays.toString(mean), Arrays.toString(std));
    }
}

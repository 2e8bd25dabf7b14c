package dev.millrace.forest.model;

import java.util.Arrays;

/** A vector (before scaling, NaN where missing) and the score that the model gave it when it was packed. */
public record GoldenRow(double[] vector, float score) {

    @Override
    public boolean equals(Object other) {
        return other instanceof GoldenRow that
                && Arrays.equals(vector, that.vector)
                && Float.floatToIntBits(score) == Float.floatToIntBits(that.score);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(vector) + Float.hashCode(score);
    }

    @Override
    public String toString() {
        return "GoldenRow[vector=%s, score=%s]".formatted(Arrays.toString(vector), score);
    }
}

package dev.millrace.forest.model;

import java.util.Arrays;

/**
 * A vector (before scaling, NaN where missing) and the scores that the model gave it when it was packed: one, or one per class; then
 * its estimates.
 */
public record GoldenRow(double[] vector, float[] scores) {

    /** Whether these are the scores to the last bit. */
    boolean isGiven(float[] others) {
        return Arrays.equals(scores, others);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GoldenRow that && Arrays.equals(vector, that.vector) && isGiven(that.scores);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(vector) + Arrays.hashCode(scores);
    }

    @Override
    public String toString() {
        return "GoldenRow[vector=%s, scores=%s]".formatted(Arrays.toString(vector), Arrays.toString(scores));
    }
}

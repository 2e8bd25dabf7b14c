package dev.millrace.training.evaluation;

/** How decisions compare with the truth. */
public record Confusion(long truePositives, long falsePositives, long trueNegatives, long falseNegatives) {

    /** The share of positive decisions that are right; NaN without one. */
    public double precision() {
        return (double) truePositives / (truePositives + falsePositives);
    }

    /** The share of positive rows that are found; NaN without one. */
    public double recall() {
        return (double) truePositives / (truePositives + falseNegatives);
    }

    /** The harmonic mean of precision and recall; 0 when nothing is found. */
    public double f1() {
        return 2.0 * truePositives / (2.0 * truePositives + falsePositives + falseNegatives);
    }
}

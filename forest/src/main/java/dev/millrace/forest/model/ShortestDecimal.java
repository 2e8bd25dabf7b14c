package dev.millrace.forest.model;

/**
 * A score as it is told: the double that prints like the float, 0.1 of 0.1f, which is 0.100000001490116… exactly. Answers, the
 * decision log, thresholds and the drift baseline all have this one number of a score, so they can be compared. Of two floats the
 * greater one's is the greater, too.
 */
public final class ShortestDecimal {

    private ShortestDecimal() {}

    public static double of(float score) {
        return Double.parseDouble(Float.toString(score));
    }

    /** The same of a float that was kept as the double of the same value, as older packages have it; any other is as it is. */
    static double ofKept(double score) {
        float value = (float) score;
        return value == score ? of(value) : score;
    }
}

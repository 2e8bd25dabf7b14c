package dev.millrace.prediction.drift;

/**
 * How far one feature is from what it was in training. All are NaN while the window has too few rows to tell.
 *
 * @param psi the population stability index
 * @param score from 0 (as in training) to 1
 * @param missing the share of rows without a value
 * @param unknown the share of rows with a value outside of all that was seen in training
 * @param bins of the baseline
 */
public record FeatureDrift(String feature, double psi, double score, double missing, double unknown, int bins) {

    /** The PSI above what chance gives at which the score is a half: the customary limit of a large shift. */
    private static final double HALF = 0.25;

    /** One observation per slot of both sides (Laplace), so that an empty slot of both says nothing. */
    static FeatureDrift of(
            String feature, Bins bins, long[] counts, int from, long rows, long baselineRows, int least) {
        int slots = bins.slots();
        if (rows < least) {
            return new FeatureDrift(feature, Double.NaN, Double.NaN, Double.NaN, Double.NaN, slots - 2);
        }
        double psi = 0;
        int used = 0;
        for (int slot = 0; slot < slots; slot++) {
            double p = (counts[from + slot] + 1.0) / (rows + slots);
            double q = (bins.expected(slot) * rows + 1) / (rows + slots);
            psi += (p - q) * Math.log(p / q);
            used += bins.expected(slot) > 0 ? 1 : 0;
        }
        // Under no drift, PSI is about a chi-square of used - 1 degrees of freedom times this (Yurdakul, Naranjo 2020).
        double chance = (used - 1) * (1.0 / rows + 1.0 / baselineRows);
        double score = 1 - Math.pow(2, -Math.max(0, psi - chance) / HALF);
        return new FeatureDrift(
                feature,
                psi,
                score,
                (double) counts[from + bins.missing()] / rows,
                (double) counts[from + bins.unknown()] / rows,
                slots - 2);
    }
}

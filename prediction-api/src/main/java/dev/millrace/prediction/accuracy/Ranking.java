package dev.millrace.prediction.accuracy;

/**
 * How well a version's scores rank events that turned out positive before the others; NaN where a class is missing.
 *
 * @param auc area under the ROC curve, 0 to 1, ties counting half
 * @param averagePrecision the sum over thresholds of (gain in recall) times precision, 0 to 1
 */
record Ranking(double auc, double averagePrecision) {

    static final Ranking UNKNOWN = new Ranking(Double.NaN, Double.NaN);

    /**
     * @param won how often a positive event has a higher score than a negative one, and half as often as it has the same
     * @param precisions at the score of each positive event, summed
     */
    static Ranking of(double positives, double negatives, double won, double precisions) {
        return positives == 0 || negatives == 0
                ? UNKNOWN
                : new Ranking(won / (positives * negatives), precisions / positives);
    }
}

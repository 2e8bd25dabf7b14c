package dev.millrace.forest.model;

import static dev.millrace.forest.model.Checks.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the values of one feature were spread in training.
 *
 * @param shares of all rows, per bin
 * @param missing the share of rows without a value; all shares together are 1
 */
public record DriftHistogram(DriftBins bins, List<Double> shares, double missing) {

    /** How far the shares' sum may be from 1: they are rounded quotients. */
    private static final double ROUNDING = 1e-9;

    public DriftHistogram {
        shares = List.copyOf(shares);
        require(shares.size() == bins.count(), "a share for each of %s drift bins", bins.count(), shares.size());
        require(
                missing >= 0 && shares.stream().allMatch(share -> share >= 0),
                "drift shares of at least %s",
                0,
                shares + " and missing " + missing);
        double sum = missing + shares.stream().mapToDouble(share -> share).sum();
        require(Math.abs(sum - 1) <= ROUNDING, "drift shares whose sum is %s", 1, sum);
    }

    /** Of these values, NaN where missing; at least one. Quantiles are exact: the values are sorted. */
    public static DriftHistogram of(double[] column) {
        require(column.length > 0, "at least %s row for a drift baseline", 1, 0);
        // Minus zero is zero to a comparison, but not to the sort.
        double[] sorted = Arrays.stream(column)
                .filter(value -> !Double.isNaN(value))
                .map(value -> value + 0.0)
                .sorted()
                .toArray();
        double[] distinct =
                Arrays.stream(sorted).distinct().limit(DriftBins.MOST + 1L).toArray();
        DriftBins bins = distinct.length <= DriftBins.MOST
                ? new DriftBins.Values(Arrays.stream(distinct).boxed().toList())
                : quantiles(sorted);
        long[] counts = new long[bins.count()];
        for (double value : sorted) {
            counts[bin(bins, value)]++;
        }
        double rows = column.length;
        return new DriftHistogram(
                bins, Arrays.stream(counts).mapToObj(count -> count / rows).toList(), (rows - sorted.length) / rows);
    }

    /** The same with the scores of its bins as they are told. */
    DriftHistogram ofScores() {
        return new DriftHistogram(bins.ofScores(), shares, missing);
    }

    /**
     * Twentieths of the rows. A value that more than one of them falls on, such as the 0 of a rate that mostly is, has a bin of its
     * own: whatever moves away from it would stay in its bin otherwise.
     */
    private static DriftBins quantiles(double[] sorted) {
        List<Double> edges = new ArrayList<>();
        double last = sorted[0];
        for (int i = 1; i < DriftBins.MOST; i++) {
            double quantile = sorted[(int) ((long) i * sorted.length / DriftBins.MOST)];
            double edge = quantile == last ? following(sorted, last) : quantile;
            if (edge > last) {
                edges.add(edge);
                last = edge;
            }
        }
        return new DriftBins.Quantiles(sorted[0], edges, sorted[sorted.length - 1]);
    }

    /** The least value above this one; itself when there is none. */
    private static double following(double[] sorted, double value) {
        return Arrays.stream(sorted).filter(each -> each > value).findFirst().orElse(value);
    }

    private static int bin(DriftBins bins, double value) {
        return switch (bins) {
            case DriftBins.Quantiles(double min, List<Double> edges, double max) ->
                (int) edges.stream().filter(edge -> edge <= value).count();
            case DriftBins.Values(List<Double> values) -> values.indexOf(value);
        };
    }
}

package dev.millrace.prediction.drift;

import dev.millrace.forest.model.DriftBins;
import dev.millrace.forest.model.DriftHistogram;
import java.util.Arrays;
import java.util.List;

/** The slots that one feature is counted in: its bins, then one for missing values, then one for values never seen in training. */
final class Bins {

    private final double[] bounds;
    private final double min;
    private final double max;
    private final boolean exact;
    private final double[] expected;

    Bins(DriftHistogram baseline) {
        switch (baseline.bins()) {
            case DriftBins.Quantiles(double least, List<Double> edges, double most) -> {
                bounds = array(edges);
                min = least;
                max = most;
                exact = false;
            }
            case DriftBins.Values(List<Double> values) -> {
                bounds = array(values);
                min = Double.NEGATIVE_INFINITY;
                max = Double.POSITIVE_INFINITY;
                exact = true;
            }
        }
        int bins = baseline.bins().count();
        expected = Arrays.copyOf(array(baseline.shares()), bins + 2);
        expected[bins] = baseline.missing();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(value -> value).toArray();
    }

    int slots() {
        return expected.length;
    }

    int missing() {
        return expected.length - 2;
    }

    int unknown() {
        return expected.length - 1;
    }

    /** The share of each slot in training. */
    double expected(int slot) {
        return expected[slot];
    }

    int slot(double value) {
        if (Double.isNaN(value)) {
            return missing();
        }
        if (value < min || value > max) {
            return unknown();
        }
        // All of them, at most twenty: a search has branches that are guessed wrongly every other time.
        int below = 0;
        for (double bound : bounds) {
            below += bound <= value ? 1 : 0;
        }
        if (!exact) {
            return below;
        }
        return below > 0 && bounds[below - 1] == value ? below - 1 : unknown();
    }
}

package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.math.BigInteger;
import java.util.Set;

/**
 * The sample's skewness {@code G₁ = g₁·√(n(n−1)) ÷ (n−2)}, as pandas and Excel have it; missing below three values or without
 * spread. {@code g₁} comes from exact power sums.
 */
public record Skew() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("skew", Set.of(Argument.NUMBER), new Skew());
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.SUM, Part.SQUARES, Part.CUBES);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        double values = totals.values();
        BigInteger second = Moments.second(totals);
        if (values < 3 || second.signum() == 0) {
            return Double.NaN;
        }
        double spread = second.doubleValue();
        double skewness = Moments.third(totals).doubleValue() / (spread * Math.sqrt(spread));
        return skewness * Math.sqrt(values * (values - 1)) / (values - 2);
    }
}

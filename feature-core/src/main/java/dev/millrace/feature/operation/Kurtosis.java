package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.math.BigInteger;
import java.util.Set;

/**
 * The sample's excess kurtosis {@code G₂ = (n−1) ÷ ((n−2)(n−3)) · ((n+1)·g₂ + 6)}, as pandas and Excel have it; missing below
 * four values or without spread. {@code g₂} comes from exact power sums.
 */
public record Kurtosis() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("kurtosis", Set.of(Argument.NUMBER), new Kurtosis());
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.SUM, Part.SQUARES, Part.CUBES, Part.FOURTHS);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        double values = totals.values();
        BigInteger second = Moments.second(totals);
        if (values < 4 || second.signum() == 0) {
            return Double.NaN;
        }
        double spread = second.doubleValue();
        double excess = Moments.fourth(totals).doubleValue() / (spread * spread) - 3;
        return (values - 1) / ((values - 2) * (values - 3)) * ((values + 1) * excess + 6);
    }
}

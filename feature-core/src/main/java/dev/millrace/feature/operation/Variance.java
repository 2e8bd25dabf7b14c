package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** The sample's: {@code (n·Σx² − (Σx)²) ÷ (n·(n−1)) ÷ unit²}; missing below two values. */
public record Variance() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("variance", Set.of(Argument.NUMBER), new Variance());
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.SUM, Part.SQUARES);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        double values = totals.values();
        return values < 2 ? Double.NaN : totals.spread() / (values * (values - 1)) / (unit * unit);
    }
}

package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** The root of the sample's variance. */
public record Stddev() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("stddev", Set.of(Argument.NUMBER), new Stddev());
    }

    private static final Variance VARIANCE = new Variance();

    @Override
    public Set<Part> parts() {
        return Set.of(Part.SUM, Part.SQUARES);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return Math.sqrt(VARIANCE.of(totals, unit, at));
    }
}

package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** The greatest. */
public record Max() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("max", Set.of(Argument.NUMBER), new Max());
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.MAX);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return totals.max() / unit;
    }
}

package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** The least. */
public record Min() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("min", Set.of(Argument.NUMBER), new Min());
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.MIN);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return totals.min() / unit;
    }
}

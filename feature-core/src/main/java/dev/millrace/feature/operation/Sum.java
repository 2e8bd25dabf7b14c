package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** Of a number. */
public record Sum() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("sum", Set.of(Argument.NUMBER), new Sum());
    }

    @Override
    public double empty() {
        return 0;
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.SUM);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return totals.sum() / unit;
    }
}

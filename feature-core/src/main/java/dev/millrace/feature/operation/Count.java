package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** {@code count: all}, or of the events that meet a condition. */
public record Count() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("count", Set.of(Argument.EVENTS, Argument.CONDITION), new Count());
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
        return totals.sum();
    }
}

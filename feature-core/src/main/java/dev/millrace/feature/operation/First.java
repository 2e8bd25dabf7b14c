package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** The value of the least (event time, id hash). */
public record First() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("first", Set.of(Argument.NUMBER, Argument.SYMBOL), new First());
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.FIRST);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return totals.first() / unit;
    }
}

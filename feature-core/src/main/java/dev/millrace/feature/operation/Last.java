package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** The value of the greatest (event time, id hash) before the moment of reading. */
public record Last() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("last", Set.of(Argument.NUMBER, Argument.SYMBOL), new Last());
    }

    @Override
    public boolean looksBack() {
        return true;
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.LAST);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return totals.last() / unit;
    }
}

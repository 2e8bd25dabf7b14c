package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** The part of the events that meet a condition. */
public record Share() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("share", Set.of(Argument.CONDITION), new Share());
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.SUM);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return totals.sum() / totals.values();
    }
}

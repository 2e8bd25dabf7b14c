package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** {@code Σx ÷ (n · unit)}: correctly rounded while the scaled sum and the divisor stay below 2⁵³. */
public record Mean() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("mean", Set.of(Argument.NUMBER), new Mean());
    }

    @Override
    public Set<Part> parts() {
        return Set.of(Part.SUM);
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return totals.sum() / (totals.values() * unit);
    }
}

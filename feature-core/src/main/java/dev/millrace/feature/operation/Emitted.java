package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** The number that a fold kept last: the bits of a double. Of sequential views alone, so no definition's windows name it. */
public record Emitted() implements Operation.OfTotals {
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
        return Double.longBitsToDouble(totals.last());
    }
}

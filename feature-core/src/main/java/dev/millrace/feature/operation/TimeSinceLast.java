package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.Set;

/** Seconds since the last event before the moment of reading. */
public record TimeSinceLast() implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.plain("time_since_last", Set.of(Argument.EVENTS, Argument.CONDITION), new TimeSinceLast());
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
        return (at - totals.lastTime()) / 1000.0;
    }
}

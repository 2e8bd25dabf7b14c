package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.List;
import java.util.Set;

/**
 * Events per time.
 *
 * @param times how often the time fits into the window
 */
public record Rate(double times) implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.of("rate", Set.of(Argument.EVENTS, Argument.CONDITION), Set.of("per"), Rate::variants);
    }

    private static List<Variant> variants(Parameters parameters) {
        double per = parameters.duration("per").toMillis();
        return List.of(new Variant("", new Rate(parameters.width() / per)));
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
        return totals.sum() / times;
    }
}

package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.List;
import java.util.Set;

/**
 * Events, each worth half as much every half-life.
 *
 * @param halfLife milliseconds
 */
public record DecayedCount(long halfLife) implements Operation.OfTiles {
    static OperationType type() {
        return OperationType.of(
                "decayed_count", Set.of(Argument.EVENTS, Argument.CONDITION), Set.of(), DecayedCount::variants);
    }

    private static List<Variant> variants(Parameters parameters) {
        return List.of(new Variant("", new DecayedCount(parameters.halfLife())));
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
    public double add(Totals totals, double unit, long age) {
        return totals.sum() * StrictMath.pow(2, -(double) age / halfLife);
    }
}

package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Totals;
import java.util.List;
import java.util.Set;

/**
 * A sum whose values are each worth half as much every half-life.
 *
 * @param halfLife milliseconds
 */
public record DecayedSum(long halfLife) implements Operation.OfTiles {
    static OperationType type() {
        return OperationType.of("decayed_sum", Set.of(Argument.NUMBER), Set.of(), DecayedSum::variants);
    }

    private static List<Variant> variants(Parameters parameters) {
        return List.of(new Variant("", new DecayedSum(parameters.halfLife())));
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
        return totals.sum() / unit * StrictMath.pow(2, -(double) age / halfLife);
    }
}

package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.DistinctSketch;
import dev.millrace.feature.state.Sketch;
import dev.millrace.feature.state.Totals;
import java.util.List;
import java.util.Set;

/**
 * The number of different values: exact up to the bound, estimated beyond.
 *
 * @param bound see {@link Sketch.Kind.Distinct}
 */
public record Distinct(int bound) implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.of(
                "distinct",
                Set.of(Argument.VALUE),
                Set.of("bound"),
                parameters -> List.of(new Variant("", new Distinct(parameters.whole("bound", DEFAULT_BOUND)))));
    }

    private static final int DEFAULT_BOUND = 256;

    @Override
    public List<Sketch.Kind> sketches() {
        return List.of(new Sketch.Kind.Distinct(bound));
    }

    @Override
    public double empty() {
        return 0;
    }

    @Override
    public Set<Part> parts() {
        return Set.of();
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return ((DistinctSketch) totals.sketch(new Sketch.Kind.Distinct(bound))).estimate();
    }
}

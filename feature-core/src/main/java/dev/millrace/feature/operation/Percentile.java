package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.BucketSketch;
import dev.millrace.feature.state.Sketch;
import dev.millrace.feature.state.Totals;
import java.util.List;
import java.util.Set;

/**
 * The value below or at which a part of the values lies, within a relative error.
 *
 * @param part above 0, at most 1
 * @param error see {@link Sketch.Kind.Buckets}
 */
public record Percentile(double part, double error) implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.of("percentile", Set.of(Argument.NUMBER), Set.of("at", "error"), Percentile::variants);
    }

    private static final double DEFAULT_ERROR = 0.01;

    private static List<Variant> variants(Parameters parameters) {
        double error = parameters.number("error", DEFAULT_ERROR);
        return parameters.numbers("at").stream()
                .map(percent -> {
                    if (percent <= 0 || percent > 100) {
                        throw new IllegalArgumentException("'at' is percentages above 0, up to 100; found " + percent);
                    }
                    String suffix = "_p" + Parameters.text(percent);
                    return new Variant(suffix, new Percentile(percent / 100, error));
                })
                .toList();
    }

    @Override
    public List<Sketch.Kind> sketches() {
        return List.of(new Sketch.Kind.Buckets(error));
    }

    @Override
    public Set<Part> parts() {
        return Set.of();
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        return ((BucketSketch) totals.sketch(new Sketch.Kind.Buckets(error))).quantile(part) / unit;
    }
}

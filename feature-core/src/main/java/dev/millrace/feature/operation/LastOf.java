package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout;
import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.LatestSketch;
import dev.millrace.feature.state.Sketch;
import dev.millrace.feature.state.Totals;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * One of the last values before the moment of reading, in the order of (event time, id hash).
 *
 * @param kept how many are kept
 * @param back 0 for the newest
 */
public record LastOf(int kept, int back) implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.of("last_k", Set.of(Argument.NUMBER, Argument.SYMBOL), Set.of("k"), LastOf::variants);
    }

    private static List<Variant> variants(Parameters parameters) {
        int kept = parameters.whole("k");
        return IntStream.range(0, kept)
                .mapToObj(back -> new Variant("_" + (back + 1), new LastOf(kept, back)))
                .toList();
    }

    @Override
    public List<Sketch.Kind> sketches() {
        return List.of(new Sketch.Kind.Latest(kept));
    }

    @Override
    public boolean looksBack() {
        return true;
    }

    @Override
    public Set<Part> parts() {
        return Set.of();
    }

    @Override
    public double of(Totals totals, double unit, long at) {
        long value = ((LatestSketch) totals.sketch(new Sketch.Kind.Latest(kept))).value(back);
        return value == AggregateLayout.MISSING ? Double.NaN : value / unit;
    }
}

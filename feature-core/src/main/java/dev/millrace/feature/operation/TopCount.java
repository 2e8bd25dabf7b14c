package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.HeavySketch;
import dev.millrace.feature.state.Sketch;
import dev.millrace.feature.state.Totals;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How often one of the most frequent values came, or the values that are not counted one by one.
 *
 * @param bound see {@link Sketch.Kind.Heavy}
 * @param place 0 for the most frequent; {@link #OTHERS}
 */
public record TopCount(int bound, int place) implements Operation.OfTotals {
    static OperationType type() {
        return OperationType.of("top_k", Set.of(Argument.VALUE), Set.of("k", "n", "values"), TopCount::variants);
    }

    static final int OTHERS = -1;
    private static final int DEFAULT_BOUND = 64;

    private static List<Variant> variants(Parameters parameters) {
        int bound = parameters.whole("n", DEFAULT_BOUND);
        List<Variant> variants = new ArrayList<>();
        for (int place = 0; place < parameters.whole("k"); place++) {
            variants.add(new Variant("_" + (place + 1), new TopCount(bound, place)));
        }
        variants.add(new Variant("_other", new TopCount(bound, OTHERS)));
        return variants;
    }

    @Override
    public List<Sketch.Kind> sketches() {
        return List.of(new Sketch.Kind.Heavy(bound));
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
        HeavySketch sketch = (HeavySketch) totals.sketch(new Sketch.Kind.Heavy(bound));
        return place == OTHERS ? sketch.others() : sketch.count(place);
    }
}

package dev.millrace.feature.operation;

import dev.millrace.feature.operation.Variant.Bin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Counts of values between declared bounds: a count for each, no operation of its own. */
final class Histogram {
    static OperationType type() {
        return OperationType.of("histogram", Set.of(Argument.NUMBER), Set.of("at"), Histogram::variants);
    }

    private Histogram() {}

    private static List<Variant> variants(Parameters parameters) {
        List<Double> bounds = parameters.numbers("at");
        List<Variant> variants = new ArrayList<>();
        double above = Double.NEGATIVE_INFINITY;
        for (double bound : bounds) {
            if (bound <= above) {
                throw new IllegalArgumentException("'at' is bounds in ascending order; found " + bounds);
            }
            variants.add(variant("_to_" + Parameters.text(bound), above, bound));
            above = bound;
        }
        variants.add(variant("_above_" + Parameters.text(above), above, Double.POSITIVE_INFINITY));
        return variants;
    }

    private static Variant variant(String suffix, double above, double upTo) {
        return new Variant(suffix, new Count(), Optional.of(new Bin(above, upTo)));
    }
}

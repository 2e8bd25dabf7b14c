package dev.millrace.feature.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * An operation as definitions name it.
 *
 * @param arguments what it may be given
 * @param parameters that it knows
 * @param variants the features that it gives per window
 */
public record OperationType(
        String name, Set<Argument> arguments, Set<String> parameters, Function<Parameters, List<Variant>> variants) {
    /** All there are. A new operation has its class, a line here and one in {@link Operation}. */
    public static final List<OperationType> ALL = List.of(
            Count.type(),
            Sum.type(),
            Mean.type(),
            Min.type(),
            Max.type(),
            Variance.type(),
            Stddev.type(),
            Skew.type(),
            Kurtosis.type(),
            First.type(),
            Last.type(),
            LastOf.type(),
            TimeSinceLast.type(),
            Distinct.type(),
            Percentile.type(),
            Histogram.type(),
            TopCount.type(),
            Share.type(),
            Rate.type(),
            DecayedCount.type(),
            DecayedSum.type());

    public static Optional<OperationType> named(String name) {
        return ALL.stream().filter(type -> type.name().equals(name)).findFirst();
    }

    /** Whether an operation gives one of the values themselves, of whatever kind they are. */
    public static boolean givesValue(Operation operation) {
        return operation instanceof First || operation instanceof Last || operation instanceof LastOf;
    }

    static OperationType of(
            String name,
            Set<Argument> arguments,
            Set<String> parameters,
            Function<Parameters, List<Variant>> variants) {
        return new OperationType(name, arguments, parameters, variants);
    }

    /** One feature per window, nothing to say. */
    static OperationType plain(String name, Set<Argument> arguments, Operation operation) {
        return of(name, arguments, Set.of(), parameters -> List.of(new Variant("", operation)));
    }
}

package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout;
import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.AggregateLayout.Totals;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a feature computes from the aggregates of a window. Only {@code + − × ÷ √} on doubles that are each rounded once:
 * the same on every machine.
 */
public sealed interface Operation {
    /** What the argument of an operation is. */
    enum Argument {
        /** {@code all}: no input. */
        EVENTS,
        /** A decimal or whole number of at most 12 digits. */
        NUMBER,
        /** True or false. */
        CONDITION
    }

    /** The operations that this engine runs, as definitions name them. */
    List<Operation> ALL = List.of(
            new Count(), new Sum(), new Mean(), new Min(), new Max(), new Variance(), new Stddev(), new Share());

    static Optional<Operation> named(String name) {
        return ALL.stream().filter(operation -> operation.name().equals(name)).findFirst();
    }

    String name();

    Set<Argument> arguments();

    /** What it needs of a number. A condition is the number 1 or 0. */
    Set<Part> parts();

    /** Over no events, or no values. NaN is missing. */
    default double empty() {
        return Double.NaN;
    }

    /**
     * @param totals of at least one value
     * @param unit what a scaled 1 is worth: 10 to the power of the scale divides
     */
    double of(Totals totals, double unit);

    /** {@code count: all}, or of the events that meet a condition. */
    record Count() implements Operation {
        @Override
        public String name() {
            return "count";
        }

        @Override
        public Set<Argument> arguments() {
            return Set.of(Argument.EVENTS, Argument.CONDITION);
        }

        @Override
        public Set<Part> parts() {
            return Set.of(Part.SUM);
        }

        @Override
        public double empty() {
            return 0;
        }

        @Override
        public double of(Totals totals, double unit) {
            return totals.sum();
        }

        /** Of all events. */
        public double of(long[] aggregates) {
            return AggregateLayout.events(aggregates);
        }
    }

    record Sum() implements Operation {
        @Override
        public String name() {
            return "sum";
        }

        @Override
        public Set<Argument> arguments() {
            return Set.of(Argument.NUMBER);
        }

        @Override
        public Set<Part> parts() {
            return Set.of(Part.SUM);
        }

        @Override
        public double empty() {
            return 0;
        }

        @Override
        public double of(Totals totals, double unit) {
            return totals.sum() / unit;
        }
    }

    /** {@code Σx ÷ (n · unit)}: correctly rounded while the scaled sum and the divisor stay below 2⁵³. */
    record Mean() implements Operation {
        @Override
        public String name() {
            return "mean";
        }

        @Override
        public Set<Argument> arguments() {
            return Set.of(Argument.NUMBER);
        }

        @Override
        public Set<Part> parts() {
            return Set.of(Part.SUM);
        }

        @Override
        public double of(Totals totals, double unit) {
            return totals.sum() / (totals.values() * unit);
        }
    }

    record Min() implements Operation {
        @Override
        public String name() {
            return "min";
        }

        @Override
        public Set<Argument> arguments() {
            return Set.of(Argument.NUMBER);
        }

        @Override
        public Set<Part> parts() {
            return Set.of(Part.MIN);
        }

        @Override
        public double of(Totals totals, double unit) {
            return totals.min() / unit;
        }
    }

    record Max() implements Operation {
        @Override
        public String name() {
            return "max";
        }

        @Override
        public Set<Argument> arguments() {
            return Set.of(Argument.NUMBER);
        }

        @Override
        public Set<Part> parts() {
            return Set.of(Part.MAX);
        }

        @Override
        public double of(Totals totals, double unit) {
            return totals.max() / unit;
        }
    }

    /** The sample's: {@code (n·Σx² − (Σx)²) ÷ (n·(n−1)) ÷ unit²}; missing below two values. */
    record Variance() implements Operation {
        @Override
        public String name() {
            return "variance";
        }

        @Override
        public Set<Argument> arguments() {
            return Set.of(Argument.NUMBER);
        }

        @Override
        public Set<Part> parts() {
            return Set.of(Part.SUM, Part.SQUARES);
        }

        @Override
        public double of(Totals totals, double unit) {
            double values = totals.values();
            return values < 2 ? Double.NaN : totals.spread() / (values * (values - 1)) / (unit * unit);
        }
    }

    /** The root of the sample's variance. */
    record Stddev() implements Operation {
        private static final Variance VARIANCE = new Variance();

        @Override
        public String name() {
            return "stddev";
        }

        @Override
        public Set<Argument> arguments() {
            return Set.of(Argument.NUMBER);
        }

        @Override
        public Set<Part> parts() {
            return VARIANCE.parts();
        }

        @Override
        public double of(Totals totals, double unit) {
            return Math.sqrt(VARIANCE.of(totals, unit));
        }
    }

    /** The part of the events that meet a condition. */
    record Share() implements Operation {
        @Override
        public String name() {
            return "share";
        }

        @Override
        public Set<Argument> arguments() {
            return Set.of(Argument.CONDITION);
        }

        @Override
        public Set<Part> parts() {
            return Set.of(Part.SUM);
        }

        @Override
        public double of(Totals totals, double unit) {
            return totals.sum() / totals.values();
        }
    }
}

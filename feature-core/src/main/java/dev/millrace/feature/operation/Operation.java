package dev.millrace.feature.operation;

import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.Sketch;
import dev.millrace.feature.state.Totals;
import java.util.List;
import java.util.Set;

/**
 * What a feature computes from the events of a window. Doubles are rounded in an order that the events alone give, and
 * everything beyond {@code + − × ÷ √} is {@link StrictMath}: the same bits on every machine.
 */
public sealed interface Operation permits Operation.OfTotals, Operation.OfTiles {
    /** What it needs of each tile. A condition is the number 1 or 0. */
    Set<Part> parts();

    default List<Sketch.Kind> sketches() {
        return List.of();
    }

    /** Over no events, or no values. NaN is missing. */
    default double empty() {
        return Double.NaN;
    }

    /** Whether it looks at what was before the moment of reading, and never at an event of that very moment. */
    default boolean looksBack() {
        return false;
    }

    /** Computed from what a window adds up to. */
    sealed interface OfTotals extends Operation
            permits Count,
                    Sum,
                    Mean,
                    Min,
                    Max,
                    Variance,
                    Stddev,
                    Skew,
                    Kurtosis,
                    First,
                    Last,
                    LastOf,
                    TimeSinceLast,
                    Distinct,
                    Percentile,
                    TopCount,
                    Share,
                    Rate,
                    Emitted {
        /**
         * @param totals of at least one value
         * @param unit what a scaled 1 is worth: 10 to the power of the scale divides
         * @param at the moment of reading, epoch milliseconds
         */
        double of(Totals totals, double unit, long at);
    }

    /** Computed from a window tile by tile, newest first. */
    sealed interface OfTiles extends Operation permits DecayedCount, DecayedSum {
        /**
         * What one tile adds.
         *
         * @param totals of at least one value
         * @param age milliseconds from the tile's right edge to the window's
         */
        double add(Totals totals, double unit, long age);
    }
}

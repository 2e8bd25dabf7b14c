package dev.millrace.feature.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a set of events adds up to: the numbers and sketches of a layout. Not thread-safe. */
public final class Aggregates {
    /** In place of an input: every event, each as a 1. */
    public static final int EVENTS = -1;

    private final AggregateLayout layout;
    final long[] row;
    final @Nullable Sketch[] sketches;

    Aggregates(AggregateLayout layout) {
        this.layout = layout;
        this.row = new long[layout.stride()];
        this.sketches = new @Nullable Sketch[layout.sketches()];
    }

    /** Of no events. */
    public void clear() {
        Arrays.fill(row, 0);
        Arrays.fill(sketches, null);
    }

    public boolean isEmpty() {
        return row[0] == 0;
    }

    /** The number of events, with and without values. */
    public long events() {
        return row[0];
    }

    /**
     * What is known of one input: a view into this, read before it changes.
     *
     * @param input its index, or {@link #EVENTS}, of which number and sum are known
     */
    public Totals input(int input) {
        return new Totals(layout, this, input);
    }
}

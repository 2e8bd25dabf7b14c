package dev.millrace.training.history;

import java.io.Serializable;

/**
 * The rows of a training set, by event time: epoch milliseconds, both inclusive.
 *
 * @param lastArrival of any of them: what arrived later is no concern of theirs
 */
record RowRange(long from, long to, long lastArrival) implements Serializable {

    private static final long serialVersionUID = 1L;

    boolean holds(long time) {
        return from <= time && time <= to;
    }
}

package dev.millrace.feature.state;

/**
 * The state of one view for one entity: a function of the set of events folded into it, whatever their order. Answers
 * any window of the view that ends at or after the newest event minus the horizon. Not thread-safe.
 */
public sealed interface Block permits TiledBlock, RevisedBlock {
    /** The first byte of every block. */
    int FORMAT = 1;

    /** The newest event time of an empty block. */
    long NONE = Long.MIN_VALUE;

    /** What became of an event. */
    enum Outcome {
        FOLDED,
        /** A higher revision took the place of an earlier one. */
        REVISED,
        DUPLICATE,
        /** So old that its repetition could not be told: not folded. */
        TOO_LATE
    }

    Outcome fold(ProjectedEvent event);

    /** The newest event time, or {@link #NONE}. */
    long newest();

    /**
     * Adds up the events with {@code left < t ≤ right}.
     *
     * @param resolution index into the shape's tile widths; both edges lie on its tiles, or right lies less than a
     *     millisecond more than the horizon before the newest event
     * @param into aggregates of the shape's layout
     */
    void sum(int resolution, long left, long right, long[] into);

    byte[] toBytes();
}

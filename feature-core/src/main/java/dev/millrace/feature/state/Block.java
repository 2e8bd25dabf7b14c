package dev.millrace.feature.state;

/**
 * The state of one view for one entity: a function of the set of events folded into it, whatever their order. Answers
 * any window of the view that ends at or after the newest event minus the horizon. Not thread-safe.
 */
public sealed interface Block permits PlainBlock, LayeredBlock {
    /** The first byte of every block that is kept. */
    int FORMAT = 1;

    /** The first byte of every block that is served. */
    int SERVED_FORMAT = 3;

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

    /** Whether an event with this time and id is there, in whatever revision: known for as long as repetitions are. */
    boolean contains(ProjectedEvent event);

    /** The newest event time, or {@link #NONE}. */
    long newest();

    /**
     * Adds up the events with {@code left < t ≤ right}.
     *
     * @param resolution index into the shape's tile widths; both edges lie on its tiles, or right lies less than a
     *     millisecond more than the horizon before the newest event
     * @param left {@link BlockShape#EVER} for all events up to right, where the resolution keeps a lifetime
     * @param into aggregates of the shape's layout
     */
    void sum(int resolution, long left, long right, Aggregates into);

    /**
     * Visits the tiles with events of {@code left < t ≤ right}, newest first: by the same tiles, however much of them has been
     * merged already.
     *
     * @param scratch aggregates of the shape's layout, given to the consumer for each tile
     */
    void walk(int resolution, long left, long right, Aggregates scratch, TileConsumer consumer);

    /** Takes one tile of a walk. */
    @FunctionalInterface
    interface TileConsumer {
        /**
         * @param edge the tile's right edge, or the walk's if that comes before
         * @return whether to go on
         */
        boolean accept(long edge, Aggregates tile);
    }

    /**
     * Adds what another block of the same view and entity has folded: the bytes are then those of one block that folded both
     * sets. Defined for sets that share no event, of which none comes too late for the other.
     */
    void merge(Block other);

    byte[] toBytes();

    /**
     * What a read needs, and nothing that only a fold does: the ids that tell repetitions are most of what an entity with many
     * events keeps. Read again, it answers the same, takes the event being scored, and holds what is older than the horizon for
     * too late.
     */
    byte[] toServedBytes();
}

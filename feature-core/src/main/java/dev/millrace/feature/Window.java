package dev.millrace.feature;

import dev.millrace.feature.state.BlockShape;

/** The span of events that a feature is computed over. Times in milliseconds. */
public sealed interface Window {
    /** How far the right edge lies behind the moment of reading. */
    long delay();

    /** Index into the block's tile widths. */
    int resolution();

    /** The tile width. */
    long step();

    /** The earliest left edge, exclusive; {@link BlockShape#EVER} without one. */
    long left(long at);

    /** Inclusive. */
    default long right(long at) {
        return delay() == 0 ? at : Math.floorDiv(at - delay(), step()) * step();
    }

    /** The last {@code width} before the moment of reading. */
    record Sliding(long width, long delay, int resolution, long step) implements Window {
        @Override
        public long left(long at) {
            return Math.floorDiv(at - delay - width, step) * step;
        }
    }

    /** Everything up to the moment of reading. */
    record Lifetime(long delay, int resolution, long step) implements Window {
        @Override
        public long left(long at) {
            return BlockShape.EVER;
        }
    }

    /**
     * The run of events with gaps of at most {@code gap} that reaches the moment of reading; its tiles are no wider than the gap.
     *
     * @param longest how far back it is followed
     * @param input of the block, by which the times of a tile's first and last event are known
     */
    record Session(long gap, long longest, long delay, int resolution, long step, int input) implements Window {
        @Override
        public long left(long at) {
            return Math.floorDiv(at - delay - longest, step) * step;
        }
    }
}

package dev.millrace.feature;

import dev.millrace.feature.operation.Operation;

/**
 * One number that a view can read from a block.
 *
 * @param name its own and the window's
 * @param input index of its input, or -1 for all events
 * @param unit what divides a scaled number
 * @param empty over no events or no values
 */
public record Feature(String name, Operation operation, Window window, int input, double unit, double empty) {
    /**
     * @param width milliseconds
     * @param delay milliseconds
     * @param resolution index into the block's tile widths
     * @param step the tile width, milliseconds
     */
    public record Window(long width, long delay, int resolution, long step) {
        /** Exclusive. */
        public long left(long at) {
            return Math.floorDiv(at - delay - width, step) * step;
        }

        /** Inclusive. */
        public long right(long at) {
            return delay == 0 ? at : Math.floorDiv(at - delay, step) * step;
        }
    }
}

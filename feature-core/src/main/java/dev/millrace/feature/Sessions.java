package dev.millrace.feature;

import dev.millrace.feature.state.Aggregates;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.Totals;

/** Finds where a session starts. */
final class Sessions {
    private Sessions() {}

    /**
     * The left edge of the first tile of the run of events that reaches the right edge; the right edge itself without one.
     *
     * @param scratch of the block's layout
     */
    static long left(Window.Session session, Block block, Aggregates scratch, long at, long right) {
        // The earliest event of the run so far, and the left edge of its tile.
        long[] run = {right, right};
        block.walk(session.resolution(), session.left(at), right, scratch, (edge, tile) -> {
            Totals times = tile.input(session.input());
            if (run[0] - times.lastTime() > session.gap()) {
                return false;
            }
            run[0] = times.firstTime();
            run[1] = Math.floorDiv(edge - 1, session.step()) * session.step();
            return true;
        });
        return run[1];
    }
}

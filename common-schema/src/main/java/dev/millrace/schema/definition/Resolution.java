package dev.millrace.schema.definition;

import java.time.Duration;

/** How finely a window's edges move. */
public sealed interface Resolution {
    /** The greatest part of a window's width by which it may be too wide, when nothing is declared. */
    int DEFAULT_TILES = 60;

    /** Milliseconds of one tile of a window of this width. */
    long millisFor(Duration width);

    /** To the millisecond. */
    record Exact() implements Resolution {
        @Override
        public long millisFor(Duration width) {
            return 1;
        }
    }

    record Every(Duration step) implements Resolution {
        public Every {
            if (step.toMillis() < 1) {
                throw new IllegalArgumentException("A resolution is at least 1ms, not " + step);
            }
        }

        @Override
        public long millisFor(Duration width) {
            return step.toMillis();
        }
    }

    /** A sixtieth of the width, at least 1 ms. */
    record Relative() implements Resolution {
        @Override
        public long millisFor(Duration width) {
            return Math.max(1, width.toMillis() / DEFAULT_TILES);
        }
    }
}

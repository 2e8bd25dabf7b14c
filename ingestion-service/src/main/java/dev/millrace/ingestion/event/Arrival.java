package dev.millrace.ingestion.event;

import java.time.Clock;
import java.time.Duration;

/** When an event counts as having arrived. */
public sealed interface Arrival {
    /** Milliseconds. One wrong clock must not age a whole entity. */
    long GREATEST_LEAD = Duration.ofMinutes(5).toMillis();

    /** Some hundred years: longer than any history. */
    Duration GREATEST_LAG = Duration.ofDays(36_525);

    /** Epoch milliseconds. */
    long of(long eventTime);

    default boolean isStated() {
        return this instanceof Stated;
    }

    /** Our clock, as it takes the event. */
    record Now(Clock clock) implements Arrival {
        @Override
        public long of(long eventTime) {
            return clock.millis();
        }
    }

    /** The caller replays: the event's own time and a lag. */
    record Stated(Duration lag) implements Arrival {
        /** @throws IllegalArgumentException when the lag is of more than {@link #GREATEST_LAG} to either side */
        public Stated {
            if (lag.compareTo(GREATEST_LAG) > 0 || lag.compareTo(GREATEST_LAG.negated()) < 0) {
                throw new IllegalArgumentException("Expected a lag of at most " + GREATEST_LAG + ", found " + lag);
            }
        }

        @Override
        public long of(long eventTime) {
            return eventTime + lag.toMillis();
        }
    }
}

package dev.millrace.local.up;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** Goes on by the same step each time it is asked. */
final class SteppingClock extends Clock {
    private final Duration step;
    private final AtomicLong asked = new AtomicLong();

    SteppingClock(Duration step) {
        this.step = step;
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plus(step.multipliedBy(asked.getAndIncrement()));
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("only UTC is used, came " + zone);
    }
}

package dev.millrace.prediction.features;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Keeps requests from waiting for a store that does not answer: when nothing but failures came for a while it is open, until
 * a probe, which no request waits for, succeeds. A moment in which the whole machine stood still fails many requests at once,
 * and is no reason to open.
 */
final class Breaker {

    private static final int FAILURES = 5;
    private static final long LASTING_NANOS = Duration.ofMillis(250).toNanos();

    private final LongSupplier nanos;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile long failingSince;
    private volatile boolean open;

    /** @param nanos a clock that only ever goes on */
    Breaker(LongSupplier nanos) {
        this.nanos = nanos;
    }

    boolean isOpen() {
        return open;
    }

    void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
        if (open) {
            open = false;
        }
    }

    void failed() {
        int count = failures.incrementAndGet();
        if (count == 1) {
            failingSince = nanos.getAsLong();
        } else if (count >= FAILURES && nanos.getAsLong() - failingSince >= LASTING_NANOS) {
            open = true;
        }
    }

    /** A probe has shown that the store is away: no request needs to find out. */
    void open() {
        open = true;
    }
}

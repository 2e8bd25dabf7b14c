package dev.millrace.prediction.features;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps requests from waiting for a store that does not answer: after some failures in a row it is open, until a probe, which
 * no request waits for, succeeds.
 */
final class Breaker {

    private static final int FAILURES_TO_OPEN = 5;

    private final AtomicInteger failures = new AtomicInteger();

    boolean isOpen() {
        return failures.get() >= FAILURES_TO_OPEN;
    }

    void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    void failed() {
        failures.updateAndGet(count -> Math.min(count + 1, FAILURES_TO_OPEN));
    }

    /** A probe has shown that the store is away: no request needs to find out. */
    void open() {
        failures.set(FAILURES_TO_OPEN);
    }
}

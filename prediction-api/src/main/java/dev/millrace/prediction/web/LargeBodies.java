package dev.millrace.prediction.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many large bodies are taken in, and how many of those are worked on, at a time. What is made of one takes up to twenty times
 * its bytes: as many as there are threads would not fit the memory, and the process would end. Thread-safe.
 */
public final class LargeBodies {

    /** Bytes. Of smaller ones as many as there are threads fit the memory; few requests for one answer are as large. */
    static final int LARGE = 1 << 14;

    /** Of those that are worked on. */
    static final int PLACES = 4;

    /** Of the threads: the others are for those who send little. */
    static final int INSIDE = 44;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Semaphore inside = new Semaphore(INSIDE);
    private final Semaphore places = new Semaphore(PLACES, true);
    private final Duration patience;
    private final Counter turnedAway;

    public LargeBodies(MeterRegistry meters) {
        this(PATIENCE, meters);
    }

    /** @param patience how long one waits for a place */
    LargeBodies(Duration patience, MeterRegistry meters) {
        this.patience = patience;
        this.turnedAway = Admission.turnedAway("large", meters);
    }

    /**
     * Whether a body may be read, which must {@link #leave} then.
     *
     * @param length as it is announced, in bytes; negative when it is not
     */
    public boolean enter(long length) {
        return !mayBeLarge(length) || inside.tryAcquire() || turnAway();
    }

    /** @param length as when it entered */
    public void leave(long length) {
        if (mayBeLarge(length)) {
            inside.release();
        }
    }

    private static boolean mayBeLarge(long length) {
        return length < 0 || length > LARGE;
    }

    /** Whether a body of so many bytes may be worked on, perhaps after a while; then that must {@link #end}. */
    public boolean begin(int bytes) {
        try {
            return bytes <= LARGE || places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS) || turnAway();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return turnAway();
        }
    }

    /** @param bytes as when it began */
    public void end(int bytes) {
        if (bytes > LARGE) {
            places.release();
        }
    }

    private boolean turnAway() {
        turnedAway.increment();
        return false;
    }

    /** What those are told that it turns away. */
    public Unavailable full() {
        return new Unavailable(
                "overloaded",
                "%d bodies of more than %d bytes are worked on, and more wait; come back later, or send less at once"
                        .formatted(PLACES, LARGE));
    }
}

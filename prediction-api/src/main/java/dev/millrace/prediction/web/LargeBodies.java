package dev.millrace.prediction.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many large bodies are worked on at a time. What is made of one while it is read takes up to twenty times its bytes: as many as
 * there are threads would fill the memory. Thread-safe.
 */
public final class LargeBodies {

    /** Bytes. As many smaller ones as there are threads fit the memory. */
    static final int LARGE = 1 << 16;

    static final int PLACES = 4;

    /** Of the threads: the others are for those who send little. */
    private static final int WAITING = 40;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

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
     * Whether there is a place, perhaps after a while, which must be {@link #leave left} then.
     *
     * @param bytes of the body: small ones are always let in
     */
    public boolean enter(int bytes) {
        if (bytes <= LARGE) {
            return true;
        }
        try {
            if (places.tryAcquire()
                    || places.getQueueLength() < WAITING
                            && places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        turnedAway.increment();
        return false;
    }

    /** @param bytes as when it was entered */
    public void leave(int bytes) {
        if (bytes > LARGE) {
            places.release();
        }
    }

    /** What those are told that it turns away. */
    public Unavailable full() {
        return new Unavailable(
                "overloaded",
                "%d bodies of more than %d bytes are worked on, and more wait; come back later, or send less at once"
                        .formatted(PLACES, LARGE));
    }
}

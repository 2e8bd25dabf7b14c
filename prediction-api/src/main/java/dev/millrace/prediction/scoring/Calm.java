package dev.millrace.prediction.scoring;

import java.time.Duration;

/** Tells when code is warm: it has been quick so many times in a row that a deadline is in no danger. Not thread-safe. */
final class Calm {
    private final long quickNanos;
    private final int rounds;
    private int quick;

    /**
     * @param quick how long a round may take
     * @param rounds in a row
     */
    Calm(Duration quick, int rounds) {
        this.quickNanos = quick.toNanos();
        this.rounds = rounds;
    }

    /**
     * Counts a round.
     *
     * @return whether it is calm now
     */
    boolean after(long nanos) {
        quick = nanos <= quickNanos ? quick + 1 : 0;
        return quick >= rounds;
    }
}

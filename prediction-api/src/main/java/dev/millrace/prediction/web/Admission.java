package dev.millrace.prediction.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many requests are worked on at a time: those beyond are turned away at once, before anything of them is read, so that the
 * others are answered while they are still of use. Thread-safe.
 */
public final class Admission {

    private final int most;
    private final AtomicInteger inside = new AtomicInteger();
    private final Counter turnedAway;

    /** @param most at a time */
    public Admission(int most, MeterRegistry meters) {
        this.most = most;
        this.turnedAway = Counter.builder("requests_turned_away_total")
                .description("Requests that were answered with 503, because too many were worked on")
                .register(meters);
        Gauge.builder("requests_in_progress", inside, AtomicInteger::get)
                .description("Requests that are worked on")
                .register(meters);
    }

    /** Whether there is room for one more, which must {@link #leave} then. */
    public boolean enter() {
        if (inside.incrementAndGet() <= most) {
            return true;
        }
        inside.decrementAndGet();
        turnedAway.increment();
        return false;
    }

    public void leave() {
        inside.decrementAndGet();
    }

    /** What those are told that it turns away. */
    public Unavailable full() {
        return new Unavailable("overloaded", most + " requests are worked on already; come back later");
    }
}

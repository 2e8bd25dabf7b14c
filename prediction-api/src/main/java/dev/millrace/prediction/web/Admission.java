package dev.millrace.prediction.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * How many requests of a kind are worked on, or wait for a thread, at a time: those beyond are turned away before anything of them is read, so
 * that the others are answered while they are still of use. Thread-safe.
 */
public final class Admission {

    private static final String KIND = "kind";

    private final int most;
    private final IntSupplier waiting;
    private final AtomicInteger inside = new AtomicInteger();
    private final Counter turnedAway;

    /**
     * @param kind of requests, as metrics have it
     * @param most at a time
     * @param waiting how many have come, but have no thread yet
     */
    public Admission(String kind, int most, IntSupplier waiting, MeterRegistry meters) {
        this.most = most;
        this.waiting = waiting;
        this.turnedAway = turnedAway(kind, meters);
        Gauge.builder("requests_in_progress", inside, AtomicInteger::get)
                .description("Requests that are worked on")
                .tag(KIND, kind)
                .register(meters);
    }

    static Counter turnedAway(String kind, MeterRegistry meters) {
        return Counter.builder("requests_turned_away_total")
                .description("Requests that were answered with 503, because too many had come")
                .tag(KIND, kind)
                .register(meters);
    }

    /** Whether there is room for one more, which must {@link #leave} then. */
    public boolean enter() {
        if (!RequestThreads.isTurningAway()) {
            if (inside.incrementAndGet() + waiting.getAsInt() <= most) {
                return true;
            }
            inside.decrementAndGet();
        }
        turnedAway.increment();
        return false;
    }

    public void leave() {
        inside.decrementAndGet();
    }

    /** Answers a request of the framework's, or turns it away. */
    public ServerResponse around(ServerRequest request, HandlerFunction<ServerResponse> handler) throws Exception {
        if (!enter()) {
            return Json.unavailable(full());
        }
        try {
            return handler.handle(request);
        } finally {
            leave();
        }
    }

    /** What those are told that it turns away. */
    public Unavailable full() {
        return new Unavailable("overloaded", most + " requests are worked on or wait already; come back later");
    }
}

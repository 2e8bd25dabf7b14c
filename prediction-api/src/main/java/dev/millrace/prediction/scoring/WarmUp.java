package dev.millrace.prediction.scoring;

import dev.millrace.prediction.web.RequestException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Runs made-up requests through everything but HTTP and the model before the first real one comes: cold code would miss the deadline. */
public final class WarmUp implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private static final int ROUNDS = 3_000;
    /** A small part of what reading features may take: the code around it must not use that up. */
    private static final Duration QUICK = Duration.ofMillis(2);

    /** More cost a start half a second, and made the first requests no quicker. */
    private static final int QUICK_ROUNDS = 30;
    /** Of all models together: each has its share of it. */
    private static final long LONGEST_NANOS = Duration.ofSeconds(2).toNanos();

    private final Endpoints endpoints;
    private final WarmUpBody bodies;
    private volatile boolean running;

    public WarmUp(Endpoints endpoints, WarmUpBody bodies) {
        this.endpoints = endpoints;
        this.bodies = bodies;
    }

    @Override
    public void start() {
        long share = LONGEST_NANOS / Math.max(1, endpoints.all().size());
        for (Endpoint endpoint : endpoints.all()) {
            long end = System.nanoTime() + share;
            byte[] body = bodies.of(endpoint.serve(), endpoint.rows());
            try {
                Calm calm = new Calm(QUICK, QUICK_ROUNDS);
                boolean warm = false;
                for (int i = 0; i < ROUNDS && !warm && System.nanoTime() < end; i++) {
                    long began = System.nanoTime();
                    warm = endpoint.rehearseWithoutModel(body) && calm.after(System.nanoTime() - began);
                }
            } catch (RequestException e) {
                LOG.info(
                        "{} is not warmed up: the request made up for it breaks a rule, {}", endpoint.name(), e.code());
            }
        }
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** After the store, before the web server. */
    @Override
    public int getPhase() {
        return 1;
    }
}

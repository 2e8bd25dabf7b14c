package dev.millrace.prediction.web;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The time between being told to stop and stopping: the service goes on answering, is not ready any more, and asks its callers with
 * each answer to connect anew. Whoever sends requests to it learns of that in this time and sends them elsewhere; none meets a
 * connection that is just being closed.
 */
public final class Drain implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    private final Duration length;
    private volatile boolean running;
    private volatile boolean draining;

    /** @param length none where nobody else could answer */
    public Drain(Duration length) {
        this.length = length;
    }

    /** Whether callers had better go elsewhere. */
    public boolean isOn() {
        return draining;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        draining = true;
        if (length.isPositive()) {
            LOG.info("answering for {} ms more, and sending callers elsewhere", length.toMillis());
            try {
                TimeUnit.MILLISECONDS.sleep(length.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before everything else stops, the web server first of all. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}

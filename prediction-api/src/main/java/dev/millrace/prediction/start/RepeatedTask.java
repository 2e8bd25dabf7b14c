package dev.millrace.prediction.start;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** What a thread of its own does again and again, as long as the service runs. A failure that nobody foresaw does not end it. */
public abstract class RepeatedTask implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(RepeatedTask.class);

    private final String name;
    private final Duration first;
    private final Duration pause;
    private @Nullable ScheduledExecutorService thread;
    /** Asked for and not begun: whoever asks meanwhile waits for the same. */
    private @Nullable Future<?> next;

    /**
     * @param name of the thread
     * @param first how long after the start it is done first
     * @param pause from the end of one time to the next
     */
    protected RepeatedTask(String name, Duration first, Duration pause) {
        this.name = name;
        this.first = first;
        this.pause = pause;
    }

    /** One time of many. */
    protected abstract void turn();

    private void again() {
        try {
            turn();
        } catch (RuntimeException | Error e) {
            LOG.error("{} failed in a way that nobody foresaw; it goes on at the next turn", name, e);
        }
    }

    /**
     * Has it done at once, by the same thread, and waits for the end of it.
     *
     * @throws TimeoutException when it takes longer than that; it goes on nevertheless
     * @throws IllegalStateException while the service starts or stops
     */
    protected final void now(Duration longest) throws TimeoutException, InterruptedException {
        try {
            next().get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(name + " failed", e.getCause());
        }
    }

    private synchronized Future<?> next() {
        if (thread == null) {
            throw new IllegalStateException(name + " does not run: the service starts or stops");
        }
        if (next == null) {
            next = thread.submit(() -> {
                synchronized (this) {
                    next = null;
                }
                again();
            });
        }
        return next;
    }

    @Override
    public synchronized void start() {
        ScheduledExecutorService fresh = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
        var unused =
                fresh.scheduleWithFixedDelay(this::again, first.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
        thread = fresh;
    }

    @Override
    public synchronized void stop() {
        if (thread != null) {
            thread.shutdownNow();
            thread = null;
            next = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }
}

package dev.millrace.prediction.start;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Work that is done once, by whoever comes first; the others wait for it. Thread-safe. */
public final class Once {

    private final FutureTask<Void> task;

    public Once(Runnable work) {
        this.task = new FutureTask<>(work, null);
    }

    /**
     * Returns when the work is done.
     *
     * @throws IllegalStateException when it failed, or the thread was interrupted meanwhile
     */
    public void run() {
        task.run();
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting", e);
        }
    }
}

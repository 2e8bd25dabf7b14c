package dev.millrace.bench.features;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Events per second between the first quarter of a run, which warms it up, and its end. Thread-safe. */
final class Throughput {
    private final long all;
    private final CountDownLatch done = new CountDownLatch(1);
    private long seen;
    private long warmSince;
    private long warmAt;
    private long doneAt;

    Throughput(long all) {
        this.all = all;
    }

    synchronized void add(long events) {
        seen += events;
        if (warmAt == 0 && seen >= all / 4) {
            warmAt = seen;
            warmSince = System.nanoTime();
        }
        if (seen >= all && doneAt == 0) {
            doneAt = System.nanoTime();
            done.countDown();
        }
    }

    /** Waits for the end of the run. */
    double perSecond(long seconds) throws InterruptedException {
        if (!done.await(seconds, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Expected " + all + " events within " + seconds + " s, saw " + seen);
        }
        synchronized (this) {
            return (seen - warmAt) * 1e9 / (doneAt - warmSince);
        }
    }
}

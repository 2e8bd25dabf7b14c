package dev.millrace.bench.features;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Events between the first half of a run, which warms it up, and its end. Thread-safe. */
final class Throughput {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final long all;
    private final CountDownLatch done = new CountDownLatch(1);
    private long seen;
    private long warmSince;
    private long warmAt;
    private long doneAt;
    private long cpuBefore;
    private long cpuNanos;

    /**
     * What came of a run.
     *
     * @param cpuMicros processor time of this process, its compiler and collector included, for an event: what it costs,
     *     whoever else waits for the cores
     */
    record Pace(double perSecond, double cpuMicros) {}

    Throughput(long all) {
        this.all = all;
    }

    synchronized void add(long events) {
        seen += events;
        if (warmAt == 0 && seen >= all / 2) {
            warmAt = seen;
            warmSince = System.nanoTime();
            cpuBefore = SYSTEM.getProcessCpuTime();
        }
        if (seen >= all && doneAt == 0) {
            doneAt = System.nanoTime();
            cpuNanos = SYSTEM.getProcessCpuTime() - cpuBefore;
            done.countDown();
        }
    }

    /** Waits for the end of the run. */
    Pace pace(long seconds) throws InterruptedException {
        if (!done.await(seconds, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Expected " + all + " events within " + seconds + " s, saw " + seen);
        }
        synchronized (this) {
            double measured = seen - warmAt;
            return new Pace(measured * 1e9 / (doneAt - warmSince), cpuNanos / 1e3 / measured);
        }
    }
}

package dev.millrace.bench.features;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What the measured thread has spent on its operations. Others share the machine: its own processor time says what its own code
 * costs, whoever else waits for the cores.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Spent {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    public long allocatedBytes;
    public long cpuNanos;
    public long operations;

    private long allocatedBefore;
    private long cpuBefore;

    void begin() {
        allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
        cpuBefore = THREADS.getCurrentThreadCpuTime();
    }

    void end(int done) {
        cpuNanos += THREADS.getCurrentThreadCpuTime() - cpuBefore;
        allocatedBytes += THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
        operations += done;
    }
}

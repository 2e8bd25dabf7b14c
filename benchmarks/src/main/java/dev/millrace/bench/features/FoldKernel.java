package dev.millrace.bench.features;

import dev.millrace.feature.View;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.ProjectedEvent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * An event into the block of one of many entities, and a vector of 50 numbers out of the blocks of two: 5 aggregates over 5
 * windows of 60 full tiles each, 1 % of the events repeated.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms5g", "-Xmx5g", "-XX:+UseParallelGC", "-XX:+UseTransparentHugePages"})
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 3)
@SuppressWarnings("NullAway.Init") // JMH calls fill before anything else.
public class FoldKernel {
    private static final int PREPARED = 1 << 15;
    private static final long INTERVAL = Duration.ofMinutes(10).toMillis();
    private static final long STEADY = Duration.ofDays(31).toMillis();

    @Param("20000")
    public int entities;

    private Fleet fleet;
    private final ProjectedEvent[] events = new ProjectedEvent[PREPARED];
    private final Block[] blocks = new Block[PREPARED];
    private View view;

    @Setup
    public void fill() {
        view = Readings.view();
        fleet = new Fleet(view, entities, INTERVAL, STEADY);
    }

    /** Made before they are measured: making an event is the stream's work, not the fold's. */
    @Setup(Level.Invocation)
    public void prepare() {
        for (int i = 0; i < PREPARED; i++) {
            events[i] = fleet.next();
            blocks[i] = fleet.device();
        }
    }

    @Benchmark
    @OperationsPerInvocation(PREPARED)
    public void fold(Blackhole hole, Spent spent) {
        spent.begin();
        for (int i = 0; i < PREPARED; i++) {
            hole.consume(blocks[i].fold(events[i]));
        }
        spent.end(PREPARED);
    }

    private static final int READS = PREPARED / 2;

    @Benchmark
    @OperationsPerInvocation(READS)
    public void read50(Blackhole hole, Spent spent) {
        spent.begin();
        long at = fleet.time();
        for (int i = 0; i < READS; i++) {
            hole.consume(view.read(blocks[2 * i], at));
            hole.consume(view.read(blocks[2 * i + 1], at));
        }
        spent.end(READS);
    }
}

package dev.millrace.bench.features;

import dev.millrace.feature.View;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.ProjectedEvent;
import java.util.Random;

/** The blocks of many devices at their steady size, and an endless flow of readings: uniform, 1 % of them repeated. */
final class Fleet {
    private static final int REPEATED_OF = 100;
    private static final long VALUES = 1_000_000;
    private static final int DIFFERENT = 100;

    private final View view;
    private final Block[] blocks;
    private final Random random = new Random(1);
    private final double step;
    private double time;
    private long count;
    private ProjectedEvent last;
    private int lastDevice;

    /**
     * @param interval milliseconds between two readings of a device, on average
     * @param steadyAfter milliseconds after which a block grows no more
     */
    Fleet(View view, int devices, long interval, long steadyAfter) {
        this.view = view;
        this.step = (double) interval / devices;
        this.time = steadyAfter;
        this.last = Readings.event(view, 0, 0, 0);
        byte[][] steady = new byte[Math.min(DIFFERENT, devices)][];
        for (int i = 0; i < steady.length; i++) {
            Block block = view.shape().empty();
            for (long at = 0; at < steadyAfter; at += interval) {
                block.fold(Readings.event(view, at + random.nextLong(interval), random.nextLong(), nextValue()));
            }
            steady[i] = block.toBytes();
        }
        this.blocks = new Block[devices];
        for (int i = 0; i < devices; i++) {
            blocks[i] = view.shape().read(steady[i % steady.length]);
        }
    }

    private long nextValue() {
        return random.nextLong(VALUES);
    }

    /** The next reading, of {@link #device}. */
    ProjectedEvent next() {
        if (++count % REPEATED_OF != 0) {
            lastDevice = random.nextInt(blocks.length);
            time += step;
            last = Readings.event(view, (long) time, random.nextLong(), nextValue());
        }
        return last;
    }

    Block device() {
        return blocks[lastDevice];
    }

    Block any() {
        return blocks[random.nextInt(blocks.length)];
    }

    long time() {
        return (long) time;
    }
}

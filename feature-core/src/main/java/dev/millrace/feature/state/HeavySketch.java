package dev.millrace.feature.state;

import java.util.Arrays;

/**
 * Counts of values by their hash. Beyond the bound only the values with the least hashes are counted one by one, the others
 * together: who is counted does not depend on the order, and each of their counts is exact.
 */
public final class HeavySketch implements Sketch {
    private final int bound;
    private SparseCounts counts = new SparseCounts();
    private long others;

    HeavySketch(int bound) {
        this.bound = bound;
    }

    @Override
    public void add(long value, long time, long idHash) {
        counts.add(value, 1);
        trim();
    }

    @Override
    public void merge(Sketch other) {
        HeavySketch from = (HeavySketch) other;
        counts.add(from.counts);
        others += from.others;
        trim();
    }

    private void trim() {
        while (counts.size() > bound) {
            others += counts.dropGreatest();
        }
    }

    /**
     * How often the values that are counted came, most frequent first.
     *
     * @param place from 0; 0 is returned beyond the last value
     */
    public long count(int place) {
        long[] sorted = new long[counts.size()];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = counts.count(i);
        }
        Arrays.sort(sorted);
        return place < sorted.length ? sorted[sorted.length - 1 - place] : 0;
    }

    /** Of the values that are not counted one by one. */
    public long others() {
        return others;
    }

    @Override
    public void write(ByteWriter out) {
        counts.write(out);
        out.unsigned(others);
    }

    static HeavySketch read(int bound, ByteReader in) {
        HeavySketch sketch = new HeavySketch(bound);
        sketch.counts = SparseCounts.read(in);
        sketch.others = in.unsigned();
        if (sketch.counts.size() > bound || sketch.others < 0) {
            throw new CorruptBlockException("Expected at most " + bound + " values, found " + sketch.counts.size());
        }
        return sketch;
    }
}

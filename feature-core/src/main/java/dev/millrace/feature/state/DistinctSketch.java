package dev.millrace.feature.state;

import java.util.Arrays;

/**
 * The least hashes of the values, one more than the bound. Not more than the bound: they are counted. More: the number is
 * estimated from how closely they lie (Bar-Yossef et al., "Counting distinct elements in a data stream", 2002), with a
 * relative standard error of about {@code 1 / √bound}.
 */
public final class DistinctSketch implements Sketch {
    private final int bound;
    private long[] hashes;
    private int size;

    DistinctSketch(int bound) {
        this.bound = bound;
        this.hashes = new long[4];
    }

    @Override
    public void add(long value, long time, long idHash) {
        add(value);
    }

    private void add(long hash) {
        int found = Arrays.binarySearch(hashes, 0, size, hash);
        if (found >= 0) {
            return;
        }
        int place = -found - 1;
        if (size > bound) {
            if (place == size) {
                return;
            }
            size--;
        } else if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.min(size * 2, bound + 1));
        }
        System.arraycopy(hashes, place, hashes, place + 1, size - place);
        hashes[place] = hash;
        size++;
    }

    @Override
    public void merge(Sketch other) {
        DistinctSketch from = (DistinctSketch) other;
        for (int i = 0; i < from.size; i++) {
            add(from.hashes[i]);
        }
    }

    /** The number of different values. */
    public double estimate() {
        if (size <= bound) {
            return size;
        }
        // Hashes are uniform below 2⁶³: the (bound + 1)th least lies at about (bound + 1) ÷ (n + 1) of them.
        return bound / (hashes[bound] * 0x1.0p-63);
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(size);
        for (int i = 0; i < size; i++) {
            out.fixed64(hashes[i]);
        }
    }

    static DistinctSketch read(int bound, ByteReader in) {
        DistinctSketch sketch = new DistinctSketch(bound);
        int size = in.count();
        if (size > bound + 1) {
            throw new CorruptBlockException("Expected at most " + (bound + 1) + " hashes, found " + size);
        }
        sketch.hashes = new long[Math.max(4, size)];
        for (int i = 0; i < size; i++) {
            sketch.hashes[i] = in.fixed64();
            if (sketch.hashes[i] < 0 || i > 0 && sketch.hashes[i] <= sketch.hashes[i - 1]) {
                throw new CorruptBlockException("Expected hashes in ascending order");
            }
        }
        sketch.size = size;
        return sketch;
    }
}

package dev.millrace.feature.state;

import java.util.Arrays;

/** The newest values, in the order of time and of their events' id hashes. */
public final class LatestSketch implements Sketch {
    private final int bound;
    /** Time, id hash and value of each, oldest first. */
    private long[] entries = new long[0];

    LatestSketch(int bound) {
        this.bound = bound;
    }

    @Override
    public void add(long value, long time, long idHash) {
        int size = entries.length / 3;
        int place = size;
        while (place > 0 && isAfter(place - 1, time, idHash)) {
            place--;
        }
        long[] next = new long[entries.length + 3];
        System.arraycopy(entries, 0, next, 0, place * 3);
        next[place * 3] = time;
        next[place * 3 + 1] = idHash;
        next[place * 3 + 2] = value;
        System.arraycopy(entries, place * 3, next, place * 3 + 3, entries.length - place * 3);
        entries = size < bound ? next : Arrays.copyOfRange(next, 3, next.length);
    }

    private boolean isAfter(int place, long time, long idHash) {
        long other = entries[place * 3];
        return other > time || other == time && entries[place * 3 + 1] > idHash;
    }

    @Override
    public void merge(Sketch other) {
        long[] from = ((LatestSketch) other).entries;
        for (int i = 0; i < from.length; i += 3) {
            add(from[i + 2], from[i], from[i + 1]);
        }
    }

    /** @param back 0 for the newest; {@link AggregateLayout#MISSING} when there are not as many */
    public long value(int back) {
        int place = entries.length / 3 - 1 - back;
        return place < 0 ? AggregateLayout.MISSING : entries[place * 3 + 2];
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(entries.length / 3);
        for (int i = 0; i < entries.length; i += 3) {
            out.signed(entries[i]);
            out.fixed64(entries[i + 1]);
            out.signed(entries[i + 2]);
        }
    }

    static LatestSketch read(int bound, ByteReader in) {
        LatestSketch sketch = new LatestSketch(bound);
        int size = in.count();
        if (size > bound) {
            throw new CorruptBlockException("Expected at most " + bound + " values, found " + size);
        }
        long[] entries = new long[size * 3];
        for (int i = 0; i < entries.length; i += 3) {
            entries[i] = in.signed();
            entries[i + 1] = in.fixed64();
            entries[i + 2] = in.signed();
            if (i > 0
                    && (entries[i] < entries[i - 3]
                            || entries[i] == entries[i - 3] && entries[i + 1] <= entries[i - 2])) {
                throw new CorruptBlockException("Expected values in ascending order of time and id");
            }
        }
        sketch.entries = entries;
        return sketch;
    }
}

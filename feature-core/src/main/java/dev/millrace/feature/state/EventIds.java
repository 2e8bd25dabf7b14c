package dev.millrace.feature.state;

/** The events that are still told from their repetitions: sorted by time, then by a 64-bit hash of the id. */
final class EventIds {
    private long[] times;
    private long[] hashes;
    private int from;
    private int to;

    EventIds(int capacity) {
        times = new long[capacity];
        hashes = new long[capacity];
    }

    /** False when it is there already. */
    boolean add(long time, long hash) {
        int place = to;
        while (place > from && isAfter(place - 1, time, hash)) {
            place--;
        }
        if (place > from && times[place - 1] == time && hashes[place - 1] == hash) {
            return false;
        }
        if (to == times.length) {
            place -= from;
            compact();
        }
        System.arraycopy(times, place, times, place + 1, to - place);
        System.arraycopy(hashes, place, hashes, place + 1, to - place);
        times[place] = time;
        hashes[place] = hash;
        to++;
        return true;
    }

    /** Adds those that are later than a time. */
    void addAll(EventIds other, long after) {
        for (int place = other.from; place < other.to; place++) {
            if (other.times[place] > after && !add(other.times[place], other.hashes[place])) {
                throw new IllegalArgumentException(
                        "Expected blocks of different events; both have one at " + other.times[place]);
            }
        }
    }

    private boolean isAfter(int place, long time, long hash) {
        return times[place] > time || times[place] == time && hashes[place] > hash;
    }

    private void compact() {
        int size = to - from;
        long[] timesBefore = times;
        long[] hashesBefore = hashes;
        if (from <= times.length / 4) {
            times = new long[Math.max(4, size * 2)];
            hashes = new long[times.length];
        }
        System.arraycopy(timesBefore, from, times, 0, size);
        System.arraycopy(hashesBefore, from, hashes, 0, size);
        from = 0;
        to = size;
    }

    void dropUpTo(long time) {
        while (from < to && times[from] <= time) {
            from++;
        }
    }

    void write(ByteWriter out) {
        out.unsigned(to - from);
        long before = 0;
        for (int i = from; i < to; i++) {
            out.signed(times[i] - before);
            before = times[i];
            out.fixed64(hashes[i]);
        }
    }

    static EventIds read(ByteReader in) {
        int size = in.count();
        EventIds ids = new EventIds(Math.max(4, size));
        long time = 0;
        for (int i = 0; i < size; i++) {
            time += in.signed();
            long hash = in.fixed64();
            if (i > 0 && !(ids.times[i - 1] < time || ids.times[i - 1] == time && ids.hashes[i - 1] < hash)) {
                throw new CorruptBlockException("Expected event ids in ascending order");
            }
            ids.times[i] = time;
            ids.hashes[i] = hash;
        }
        ids.to = size;
        return ids;
    }
}

package dev.millrace.feature.state;

/**
 * The events that are still told from their repetitions: sorted by time, then by a 64-bit hash of the id. What is too old for
 * that leaves when room is needed, and before it is written.
 */
final class EventIds {
    /** Of an id: its time and its hash. */
    private static final int WIDTH = 2;

    private static final int SPARE = 8;

    private static final int GREATEST_VARINT = 10;

    /** Time and hash in turns: blocks of many entities do not fit a processor's cache, and so an id is one wait for memory. */
    private long[] cells;

    private int from;
    private int to;

    EventIds() {
        this(SPARE);
    }

    private EventIds(int capacity) {
        cells = new long[capacity * WIDTH];
    }

    private long time(int place) {
        return cells[place * WIDTH];
    }

    private long hash(int place) {
        return cells[place * WIDTH + 1];
    }

    /**
     * False when it is there already.
     *
     * @param after ids up to this time may leave
     */
    boolean add(long time, long hash, long after) {
        int place = place(time, hash);
        if (isBefore(place, time, hash)) {
            return false;
        }
        if (to * WIDTH == cells.length) {
            dropUpTo(after);
            makeRoom();
            place = place(time, hash);
        }
        System.arraycopy(cells, place * WIDTH, cells, (place + 1) * WIDTH, (to - place) * WIDTH);
        cells[place * WIDTH] = time;
        cells[place * WIDTH + 1] = hash;
        to++;
        return true;
    }

    boolean contains(long time, long hash) {
        return isBefore(place(time, hash), time, hash);
    }

    /** Whether this is what lies before a place. */
    private boolean isBefore(int place, long time, long hash) {
        return place > from && time(place - 1) == time && hash(place - 1) == hash;
    }

    /** The place behind the last that is not after this one. */
    private int place(long time, long hash) {
        int place = to;
        while (place > from && isAfter(place - 1, time, hash)) {
            place--;
        }
        return place;
    }

    /** Adds those that are later than a time. */
    void addAll(EventIds other, long after) {
        for (int place = other.from; place < other.to; place++) {
            if (other.time(place) > after && !add(other.time(place), other.hash(place), after)) {
                throw new IllegalArgumentException(
                        "Expected blocks of different events; both have one at " + other.time(place));
            }
        }
    }

    private boolean isAfter(int place, long time, long hash) {
        return time(place) > time || time(place) == time && hash(place) > hash;
    }

    /** At the end: by moving to the start where that gives a quarter of it, or else into a longer array. */
    private void makeRoom() {
        int size = to - from;
        long[] before = cells;
        if (from <= cells.length / WIDTH / 4) {
            cells = new long[Math.max(4, size * 2) * WIDTH];
        }
        System.arraycopy(before, from * WIDTH, cells, 0, size * WIDTH);
        from = 0;
        to = size;
    }

    void dropUpTo(long time) {
        while (from < to && time(from) <= time) {
            from++;
        }
    }

    /** Bytes that writing takes at most. */
    int greatestLength() {
        return (to - from) * (GREATEST_VARINT + Long.BYTES) + GREATEST_VARINT;
    }

    /** Those that are later than a time. */
    void write(ByteWriter out, long after) {
        int first = from;
        while (first < to && time(first) <= after) {
            first++;
        }
        out.unsigned(to - first);
        long before = 0;
        for (int i = first; i < to; i++) {
            out.signed(time(i) - before);
            before = time(i);
            out.fixed64(hash(i));
        }
    }

    static EventIds read(ByteReader in) {
        int size = in.count();
        EventIds ids = new EventIds(size + SPARE);
        long time = 0;
        for (int i = 0; i < size; i++) {
            time += in.signed();
            long hash = in.fixed64();
            if (i > 0 && (ids.isAfter(i - 1, time, hash) || ids.time(i - 1) == time && ids.hash(i - 1) == hash)) {
                throw new CorruptBlockException("Expected event ids in ascending order");
            }
            ids.cells[i * WIDTH] = time;
            ids.cells[i * WIDTH + 1] = hash;
        }
        ids.to = size;
        return ids;
    }
}

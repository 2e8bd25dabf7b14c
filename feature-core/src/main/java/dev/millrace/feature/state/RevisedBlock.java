package dev.millrace.feature.state;

import java.util.Arrays;

/** Labels one by one, each under its event's time and id: the highest revision counts, so nothing can be merged. */
final class RevisedBlock implements PlainBlock {
    private final BlockShape shape;
    private final int width;
    private long newest = NONE;
    private int size;
    private long[] times = new long[4];
    private long[] hashes = new long[4];
    private int[] revisions = new int[4];
    private long[] inputs;

    RevisedBlock(BlockShape shape) {
        this.shape = shape;
        this.width = shape.layout().inputs();
        this.inputs = new long[4 * width];
    }

    @Override
    public Outcome fold(ProjectedEvent label) {
        if (newest != NONE && label.time() <= newest - shape.duplicates()) {
            return Outcome.TOO_LATE;
        }
        int place = place(label);
        if (place > 0 && compare(place - 1, label) == 0) {
            return revise(place - 1, label);
        }
        insert(place);
        put(place, label);
        if (newest == NONE || label.time() > newest) {
            newest = label.time();
            dropUpTo(newest - shape.duplicates());
        }
        return Outcome.FOLDED;
    }

    /** The place behind the last that is not after this one. */
    private int place(ProjectedEvent label) {
        int place = size;
        while (place > 0 && compare(place - 1, label) > 0) {
            place--;
        }
        return place;
    }

    @Override
    public boolean contains(ProjectedEvent label) {
        int place = place(label);
        return place > 0 && compare(place - 1, label) == 0;
    }

    private Outcome revise(int place, ProjectedEvent label) {
        int order = Integer.compare(label.revision(), revisions[place]);
        if (order == 0) {
            // Two labels of one revision contradict each other: take the greater, so that order cannot matter.
            order = Arrays.compare(label.inputs(), Arrays.copyOfRange(inputs, place * width, (place + 1) * width));
        }
        if (order <= 0) {
            return Outcome.DUPLICATE;
        }
        put(place, label);
        return Outcome.REVISED;
    }

    private int compare(int place, ProjectedEvent label) {
        int order = Long.compare(times[place], label.time());
        return order != 0 ? order : Long.compare(hashes[place], label.idHash());
    }

    private void insert(int place) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            hashes = Arrays.copyOf(hashes, size * 2);
            revisions = Arrays.copyOf(revisions, size * 2);
            inputs = Arrays.copyOf(inputs, size * 2 * width);
        }
        shift(place, place + 1);
    }

    /** Moves everything from one place on to another. */
    private void shift(int from, int to) {
        int count = size - from;
        System.arraycopy(times, from, times, to, count);
        System.arraycopy(hashes, from, hashes, to, count);
        System.arraycopy(revisions, from, revisions, to, count);
        System.arraycopy(inputs, from * width, inputs, to * width, count * width);
        size += to - from;
    }

    private void put(int place, ProjectedEvent label) {
        times[place] = label.time();
        hashes[place] = label.idHash();
        revisions[place] = label.revision();
        System.arraycopy(label.inputs(), 0, inputs, place * width, width);
    }

    private void dropUpTo(long time) {
        int first = 0;
        while (first < size && times[first] <= time) {
            first++;
        }
        if (first > 0) {
            shift(first, 0);
        }
    }

    @Override
    public long newest() {
        return newest;
    }

    @Override
    public void sum(int resolution, long left, long right, Aggregates into) {
        for (int i = size - 1; i >= 0 && times[i] > left; i--) {
            if (times[i] <= right) {
                addTo(into, i);
            }
        }
    }

    private void addTo(Aggregates into, int place) {
        shape.layout().add(into.row, 0, into.sketches, 0, label(place));
    }

    private ProjectedEvent label(int place) {
        return new ProjectedEvent(
                times[place],
                hashes[place],
                revisions[place],
                Arrays.copyOfRange(inputs, place * width, (place + 1) * width));
    }

    @Override
    public void walk(int resolution, long left, long right, Aggregates scratch, TileConsumer consumer) {
        long tile = shape.resolutions().get(resolution).width();
        int place = size - 1;
        while (place >= 0 && times[place] > right) {
            place--;
        }
        while (place >= 0 && times[place] > left) {
            long number = Math.floorDiv(times[place] - 1, tile);
            scratch.clear();
            while (place >= 0 && times[place] > left && Math.floorDiv(times[place] - 1, tile) == number) {
                addTo(scratch, place--);
            }
            if (!consumer.accept(Math.min((number + 1) * tile, right), scratch)) {
                return;
            }
        }
    }

    @Override
    public void merge(Block other) {
        RevisedBlock from = (RevisedBlock) other;
        for (int i = 0; i < from.size; i++) {
            fold(from.label(i));
        }
    }

    @Override
    public byte[] toBytes() {
        ByteWriter out = new ByteWriter(16 + size * 14);
        out.fixed8(FORMAT);
        out.unsigned(Integer.toUnsignedLong(shape.fingerprint()));
        out.signed(newest);
        out.unsigned(size);
        long before = 0;
        for (int i = 0; i < size; i++) {
            out.signed(times[i] - before);
            before = times[i];
            out.fixed64(hashes[i]);
            out.signed(revisions[i]);
            ProjectedEvent.writeInputs(out, inputs, i * width, width);
        }
        return out.toBytes();
    }

    /** Without ids and revisions: what counts is settled when it is written. */
    @Override
    public byte[] toServedBytes() {
        TiledBlock served = new TiledBlock(shape, SERVED_FORMAT);
        for (int i = 0; i < size; i++) {
            served.put(label(i));
        }
        return served.toBytes();
    }

    @Override
    public void read(ByteReader in) {
        newest = in.signed();
        int size = in.count();
        long time = 0;
        for (int i = 0; i < size; i++) {
            time += in.signed();
            long[] values = new long[width];
            ProjectedEvent label = new ProjectedEvent(time, in.fixed64(), (int) in.signed(), values);
            ProjectedEvent.readInputs(in, values, 0, width);
            if (i > 0 && compare(i - 1, label) >= 0) {
                throw new CorruptBlockException("Expected labels in ascending order of time and id");
            }
            insert(i);
            put(i, label);
        }
    }
}

package dev.millrace.feature.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A sparse list of tiles, sorted by their number, each with its partial aggregates. Blocks of many entities do not fit a
 * processor's cache, so what most folds look at, the first and last number, lies in the object itself.
 */
final class Tiles {
    private final AggregateLayout layout;
    private final int stride;
    private final int sketchStride;
    private long[] numbers;
    private long[] rows;
    private @Nullable Sketch[] sketches;
    private int from;
    private int to;
    /** Of an empty list: a number that no search takes for there. */
    private long first = Long.MAX_VALUE;

    private long last = Long.MIN_VALUE;

    Tiles(AggregateLayout layout, int capacity) {
        this.layout = layout;
        this.stride = layout.stride();
        this.sketchStride = layout.sketches();
        this.numbers = new long[capacity];
        this.rows = new long[capacity * stride];
        this.sketches = new @Nullable Sketch[capacity * sketchStride];
    }

    /** The first place in the list. */
    int from() {
        return from;
    }

    /** The place behind the last. */
    int to() {
        return to;
    }

    /** The least number; greater than any where there is none. */
    long first() {
        return first;
    }

    long number(int place) {
        return numbers[place];
    }

    /** The place of the first tile whose number is at least this. */
    int place(long number) {
        // Events come mostly in order: look at the end first.
        if (last < number) {
            return to;
        }
        if (last == number && to > from) {
            return to - 1;
        }
        int found = Arrays.binarySearch(numbers, from, to, number);
        return found >= 0 ? found : -found - 1;
    }

    /** The place of the tile with this number; made if there is none. */
    private int madePlace(long number) {
        int place = place(number);
        boolean there = place < to && (number == last || numbers[place] == number);
        return there ? place : insert(place, number);
    }

    private int insert(int place, long number) {
        int target = place;
        if (to == numbers.length) {
            target -= from;
            compact();
        }
        int later = to - target;
        if (later > 0) {
            System.arraycopy(numbers, target, numbers, target + 1, later);
            System.arraycopy(rows, target * stride, rows, (target + 1) * stride, later * stride);
        }
        numbers[target] = number;
        Arrays.fill(rows, target * stride, (target + 1) * stride, 0);
        if (sketchStride > 0) {
            System.arraycopy(
                    sketches, target * sketchStride, sketches, (target + 1) * sketchStride, later * sketchStride);
            Arrays.fill(sketches, target * sketchStride, (target + 1) * sketchStride, null);
        }
        to++;
        first = Math.min(first, number);
        last = Math.max(last, number);
        return target;
    }

    /** Makes room at the end: by moving to the start where that gives a quarter of it, or else into longer arrays. */
    private void compact() {
        int size = to - from;
        long[] numbersBefore = numbers;
        long[] rowsBefore = rows;
        @Nullable Sketch[] sketchesBefore = sketches;
        if (from <= numbers.length / 4) {
            numbers = new long[Math.max(4, size * 2)];
            rows = new long[numbers.length * stride];
            sketches = new @Nullable Sketch[numbers.length * sketchStride];
        }
        System.arraycopy(numbersBefore, from, numbers, 0, size);
        System.arraycopy(rowsBefore, from * stride, rows, 0, size * stride);
        System.arraycopy(sketchesBefore, from * sketchStride, sketches, 0, size * sketchStride);
        from = 0;
        to = size;
    }

    void add(long number, ProjectedEvent event) {
        int place = madePlace(number);
        layout.add(rows, place * stride, sketches, place * sketchStride, event);
    }

    /** Adds one tile of another list to the tile with this number. */
    void add(long number, Tiles source, int sourcePlace) {
        int place = madePlace(number);
        layout.merge(
                rows,
                place * stride,
                sketches,
                place * sketchStride,
                source.rows,
                sourcePlace * stride,
                source.sketches,
                sourcePlace * sketchStride);
    }

    void addAll(Tiles source) {
        for (int place = source.from; place < source.to; place++) {
            add(source.numbers[place], source, place);
        }
    }

    /** Adds a tile to aggregates. */
    void mergeInto(Aggregates into, int place) {
        layout.merge(into.row, 0, into.sketches, 0, rows, place * stride, sketches, place * sketchStride);
    }

    void dropFirst() {
        if (sketchStride > 0) {
            Arrays.fill(sketches, from * sketchStride, (from + 1) * sketchStride, null);
        }
        from++;
        first = from < to ? numbers[from] : Long.MAX_VALUE;
        last = from < to ? last : Long.MIN_VALUE;
    }

    /** Adds up the tiles {@code first ≤ number ≤ last}. */
    void sum(long first, long last, Aggregates into) {
        for (int i = place(first); i < to && numbers[i] <= last; i++) {
            mergeInto(into, i);
        }
    }

    void write(ByteWriter out) {
        out.unsigned(to - from);
        long before = 0;
        for (int i = from; i < to; i++) {
            out.signed(numbers[i] - before);
            before = numbers[i];
            layout.write(out, rows, i * stride, sketches, i * sketchStride);
        }
    }

    static Tiles read(AggregateLayout layout, ByteReader in) {
        int size = in.count();
        Tiles tiles = new Tiles(layout, Math.max(4, size));
        long number = 0;
        for (int i = 0; i < size; i++) {
            long next = number + in.signed();
            if (i > 0 && next <= number) {
                throw new CorruptBlockException(
                        "Expected tiles in ascending order, found " + next + " after " + number);
            }
            number = next;
            tiles.numbers[i] = number;
            layout.read(in, tiles.rows, i * tiles.stride, tiles.sketches, i * tiles.sketchStride);
        }
        tiles.to = size;
        if (size > 0) {
            tiles.first = tiles.numbers[0];
            tiles.last = number;
        }
        return tiles;
    }
}

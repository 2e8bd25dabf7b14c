package dev.millrace.feature.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A sparse list of tiles, sorted by their number, each with its partial aggregates. */
final class Tiles {
    private final AggregateLayout layout;
    /** Longs of a tile: its number and its aggregates. */
    private final int width;

    private final int sketchWidth;
    private long[] cells;
    private @Nullable Sketch[] sketches;
    private int from;
    private int to;

    Tiles(AggregateLayout layout, int capacity) {
        this.layout = layout;
        this.width = 1 + layout.stride();
        this.sketchWidth = layout.sketches();
        this.cells = new long[capacity * width];
        this.sketches = new @Nullable Sketch[capacity * sketchWidth];
    }

    /** The first place in the list. */
    int from() {
        return from;
    }

    /** The place behind the last. */
    int to() {
        return to;
    }

    long number(int place) {
        return cells[place * width];
    }

    private int row(int place) {
        return place * width + 1;
    }

    /** Whether one more tile at the end needs other room. */
    boolean isFull() {
        return to * width == cells.length;
    }

    /** The place of the first tile whose number is at least this. */
    int place(long number) {
        // Events come mostly in order: look at the end first.
        if (from == to || number(to - 1) < number) {
            return to;
        }
        int low = from;
        int high = to - 1;
        while (low < high) {
            int middle = low + high >>> 1;
            if (number(middle) < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The place of the tile with this number; made if there is none. */
    private int madePlace(long number) {
        if (from < to && number(to - 1) == number) {
            return to - 1;
        }
        int place = place(number);
        return place < to && number(place) == number ? place : insert(place, number);
    }

    private int insert(int place, long number) {
        int target = place;
        if (isFull()) {
            target -= from;
            makeRoom();
        }
        int later = to - target;
        System.arraycopy(cells, target * width, cells, (target + 1) * width, later * width);
        Arrays.fill(cells, row(target), row(target + 1) - 1, 0);
        cells[target * width] = number;
        if (sketchWidth > 0) {
            System.arraycopy(sketches, target * sketchWidth, sketches, (target + 1) * sketchWidth, later * sketchWidth);
            Arrays.fill(sketches, target * sketchWidth, (target + 1) * sketchWidth, null);
        }
        to++;
        return target;
    }

    /** At the end: by moving to the start where that gives a quarter of it, or else into longer arrays. */
    private void makeRoom() {
        int size = to - from;
        long[] cellsBefore = cells;
        @Nullable Sketch[] sketchesBefore = sketches;
        if (from <= cells.length / width / 4) {
            int capacity = Math.max(4, size * 2);
            cells = new long[capacity * width];
            sketches = new @Nullable Sketch[capacity * sketchWidth];
        }
        System.arraycopy(cellsBefore, from * width, cells, 0, size * width);
        System.arraycopy(sketchesBefore, from * sketchWidth, sketches, 0, size * sketchWidth);
        from = 0;
        to = size;
    }

    void add(long number, ProjectedEvent event) {
        int place = madePlace(number);
        layout.add(cells, row(place), sketches, place * sketchWidth, event);
    }

    /** Adds one tile of another list to the tile with this number. */
    void add(long number, Tiles source, int sourcePlace) {
        int place = madePlace(number);
        source.mergeInto(cells, row(place), sketches, place * sketchWidth, sourcePlace, sourcePlace + 1);
    }

    void addAll(Tiles source) {
        for (int place = source.from; place < source.to; place++) {
            add(source.number(place), source, place);
        }
    }

    /** Adds a tile to aggregates. */
    void mergeInto(Aggregates into, int place) {
        mergeInto(into.row, 0, into.sketches, 0, place, place + 1);
    }

    private void mergeInto(
            long[] into, int intoAt, @Nullable Sketch[] intoSketches, int intoSketchAt, int first, int end) {
        layout.merge(into, intoAt, cells, row(first), width, end - first);
        if (sketchWidth > 0) {
            for (int place = first; place < end; place++) {
                layout.mergeSketches(intoSketches, intoSketchAt, sketches, place * sketchWidth);
            }
        }
    }

    void dropFirst() {
        if (sketchWidth > 0) {
            Arrays.fill(sketches, from * sketchWidth, (from + 1) * sketchWidth, null);
        }
        from++;
    }

    /** Adds up the tiles {@code first ≤ number ≤ last}. */
    void sum(long first, long last, Aggregates into) {
        int end = last == Long.MAX_VALUE ? to : place(last + 1);
        int begin = place(first);
        if (begin < end) {
            mergeInto(into.row, 0, into.sketches, 0, begin, end);
        }
    }

    void write(ByteWriter out) {
        out.unsigned(to - from);
        long before = 0;
        for (int i = from; i < to; i++) {
            out.signed(number(i) - before);
            before = number(i);
            layout.write(out, cells, row(i), sketches, i * sketchWidth);
        }
    }

    /** @param spare room for so many more */
    static Tiles read(AggregateLayout layout, ByteReader in, int spare) {
        int size = in.count();
        Tiles tiles = new Tiles(layout, size + spare);
        long number = 0;
        for (int i = 0; i < size; i++) {
            long next = number + in.signed();
            if (i > 0 && next <= number) {
                throw new CorruptBlockException(
                        "Expected tiles in ascending order, found " + next + " after " + number);
            }
            number = next;
            tiles.cells[i * tiles.width] = number;
            layout.read(in, tiles.cells, tiles.row(i), tiles.sketches, i * tiles.sketchWidth);
        }
        tiles.to = size;
        return tiles;
    }
}

package dev.millrace.feature.state;

import java.util.Arrays;

/** A sparse list of tiles, sorted by their number, each with its partial aggregates. */
final class Tiles {
    private final AggregateLayout layout;
    private long[] numbers;
    private long[] rows;
    private int from;
    private int to;

    Tiles(AggregateLayout layout, int capacity) {
        this.layout = layout;
        this.numbers = new long[capacity];
        this.rows = new long[capacity * layout.stride()];
    }

    int size() {
        return to - from;
    }

    /** The place of the first tile whose number is at least this. */
    private int place(long number) {
        // Events come mostly in order: look at the end first.
        if (to == from || numbers[to - 1] < number) {
            return to;
        }
        int found = Arrays.binarySearch(numbers, from, to, number);
        return found >= 0 ? found : -found - 1;
    }

    /** Where the tile's row starts in the array; made if there is none. */
    private int row(long number) {
        int place = place(number);
        if (place == to || numbers[place] != number) {
            place = insert(place, number);
        }
        return place * layout.stride();
    }

    private int insert(int place, long number) {
        int stride = layout.stride();
        int target = place;
        if (to == numbers.length) {
            int size = size();
            long[] numbersBefore = numbers;
            long[] rowsBefore = rows;
            if (from == 0) {
                numbers = new long[Math.max(4, size * 2)];
                rows = new long[numbers.length * stride];
            }
            System.arraycopy(numbersBefore, from, numbers, 0, size);
            System.arraycopy(rowsBefore, from * stride, rows, 0, size * stride);
            target -= from;
            from = 0;
            to = size;
        }
        System.arraycopy(numbers, target, numbers, target + 1, to - target);
        System.arraycopy(rows, target * stride, rows, (target + 1) * stride, (to - target) * stride);
        numbers[target] = number;
        Arrays.fill(rows, target * stride, (target + 1) * stride, 0);
        to++;
        return target;
    }

    void add(long number, long[] values) {
        int row = row(number);
        layout.add(rows, row, values);
    }

    void dropBelow(long number) {
        while (from < to && numbers[from] < number) {
            from++;
        }
    }

    /** Moves every tile up to this number into another list, under numbers of that list. */
    void moveInto(long lastNumber, TileNumbers renumber, Tiles[] targets) {
        while (from < to && numbers[from] <= lastNumber) {
            for (int i = 0; i < targets.length; i++) {
                long number = renumber.of(i, numbers[from]);
                if (number != TileNumbers.GONE) {
                    int row = targets[i].row(number);
                    layout.merge(targets[i].rows, row, rows, from * layout.stride());
                }
            }
            from++;
        }
    }

    @FunctionalInterface
    interface TileNumbers {
        /** No window can reach the tile any more. */
        long GONE = Long.MIN_VALUE;

        long of(int target, long number);
    }

    /** Adds up the tiles {@code first ≤ number ≤ last}. */
    void sum(long first, long last, long[] into) {
        for (int i = place(first); i < to && numbers[i] <= last; i++) {
            layout.merge(into, 0, rows, i * layout.stride());
        }
    }

    void write(ByteWriter out) {
        out.unsigned(size());
        long before = 0;
        for (int i = from; i < to; i++) {
            out.signed(numbers[i] - before);
            before = numbers[i];
            layout.write(out, rows, i * layout.stride());
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
            layout.read(in, tiles.rows, i * layout.stride());
        }
        tiles.to = size;
        return tiles;
    }
}

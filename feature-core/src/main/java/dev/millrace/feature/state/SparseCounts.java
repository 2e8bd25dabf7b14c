package dev.millrace.feature.state;

import java.util.Arrays;

/** Counts by number, sorted by number. Not thread-safe. */
final class SparseCounts {
    private long[] numbers = new long[4];
    private long[] counts = new long[4];
    private int size;

    int size() {
        return size;
    }

    long number(int place) {
        return numbers[place];
    }

    long count(int place) {
        return counts[place];
    }

    void add(long number, long count) {
        int found = Arrays.binarySearch(numbers, 0, size, number);
        if (found >= 0) {
            counts[found] += count;
            return;
        }
        int place = -found - 1;
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, size * 2);
            counts = Arrays.copyOf(counts, size * 2);
        }
        System.arraycopy(numbers, place, numbers, place + 1, size - place);
        System.arraycopy(counts, place, counts, place + 1, size - place);
        numbers[place] = number;
        counts[place] = count;
        size++;
    }

    void add(SparseCounts other) {
        for (int i = 0; i < other.size; i++) {
            add(other.numbers[i], other.counts[i]);
        }
    }

    /** Returns the count of what had the greatest number. */
    long dropGreatest() {
        return counts[--size];
    }

    void write(ByteWriter out) {
        out.unsigned(size);
        long before = 0;
        for (int i = 0; i < size; i++) {
            out.signed(numbers[i] - before);
            before = numbers[i];
            out.unsigned(counts[i]);
        }
    }

    static SparseCounts read(ByteReader in) {
        SparseCounts read = new SparseCounts();
        int size = in.count();
        read.numbers = new long[Math.max(4, size)];
        read.counts = new long[Math.max(4, size)];
        long number = 0;
        for (int i = 0; i < size; i++) {
            number += in.signed();
            read.numbers[i] = number;
            read.counts[i] = in.unsigned();
            if (i > 0 && number <= read.numbers[i - 1] || read.counts[i] < 1) {
                throw new CorruptBlockException("Expected positive counts in ascending order of their numbers");
            }
        }
        read.size = size;
        return read;
    }
}

package dev.millrace.feature.state;

import java.math.BigInteger;

/** Exact signed 128-bit sums in two longs of an array: low word first. */
final class Int128 {
    private Int128() {}

    static void add(long[] row, int at, long low, long high) {
        long sum = row[at] + low;
        long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        row[at] = sum;
        row[at + 1] += high + carry;
    }

    /** Adds one out of each row, from {@code source} up to an end. */
    static void addAll(long[] into, int at, long[] from, int source, int step, int end) {
        long low = into[at];
        long high = into[at + 1];
        for (int row = source; row < end; row += step) {
            long added = from[row];
            low += added;
            high += from[row + 1] + (Long.compareUnsigned(low, added) < 0 ? 1 : 0);
        }
        into[at] = low;
        into[at + 1] = high;
    }

    static void addLong(long[] row, int at, long value) {
        add(row, at, value, value >> 63);
    }

    static void addSquare(long[] row, int at, long value) {
        add(row, at, value * value, Math.multiplyHigh(value, value));
    }

    static boolean fitsLong(long low, long high) {
        return high == low >> 63;
    }

    static BigInteger toBigInteger(long low, long high) {
        return BigInteger.valueOf(high).shiftLeft(64).add(new BigInteger(Long.toUnsignedString(low)));
    }
}

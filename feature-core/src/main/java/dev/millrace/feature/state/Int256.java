package dev.millrace.feature.state;

import java.math.BigInteger;

/** Exact signed 256-bit sums of powers in four longs of an array: low word first. */
final class Int256 {
    private Int256() {}

    static void add(long[] row, int at, long[] from, int fromAt) {
        add(row, at, from[fromAt], from[fromAt + 1], from[fromAt + 2], from[fromAt + 3]);
    }

    private static void add(long[] row, int at, long first, long second, long third, long fourth) {
        long carry = addWord(row, at, first, 0);
        carry = addWord(row, at + 1, second, carry);
        carry = addWord(row, at + 2, third, carry);
        row[at + 3] += fourth + carry;
    }

    /** Returns the carry. */
    private static long addWord(long[] row, int at, long word, long carry) {
        long sum = row[at] + word;
        long over = Long.compareUnsigned(sum, word) < 0 ? 1 : 0;
        row[at] = sum + carry;
        return over + (carry == 1 && row[at] == 0 ? 1 : 0);
    }

    /** Adds {@code value³}; of a value of at most 12 digits it fits 128 bits. */
    static void addCube(long[] row, int at, long value) {
        long squareLow = value * value;
        long magnitude = Math.abs(value);
        long high = Math.unsignedMultiplyHigh(squareLow, magnitude) + Math.multiplyHigh(value, value) * magnitude;
        addSigned(row, at, squareLow * magnitude, high, 0, value < 0);
    }

    /** Adds {@code value⁴}; of a value of at most 12 digits it fits 192 bits. */
    static void addFourth(long[] row, int at, long value) {
        long low = value * value;
        long high = Math.multiplyHigh(value, value);
        // (high·2⁶⁴ + low)²
        long cross = low * high;
        long crossHigh = Math.unsignedMultiplyHigh(low, high);
        long first = low * low;
        long second = Math.unsignedMultiplyHigh(low, low);
        long third = high * high + (crossHigh << 1 | cross >>> 63);
        long doubled = cross << 1;
        long sum = second + doubled;
        third += Long.compareUnsigned(sum, second) < 0 ? 1 : 0;
        addSigned(row, at, first, sum, third, false);
    }

    private static void addSigned(long[] row, int at, long first, long second, long third, boolean negative) {
        if (!negative) {
            add(row, at, first, second, third, 0);
            return;
        }
        long low = -first;
        long middle = ~second + (low == 0 ? 1 : 0);
        long high = ~third + (low == 0 && middle == 0 ? 1 : 0);
        add(row, at, low, middle, high, (first | second | third) == 0 ? 0 : -1);
    }

    static BigInteger toBigInteger(long[] row, int at) {
        BigInteger value = BigInteger.valueOf(row[at + 3]);
        for (int i = 2; i >= 0; i--) {
            value = value.shiftLeft(64).add(new BigInteger(Long.toUnsignedString(row[at + i])));
        }
        return value;
    }
}

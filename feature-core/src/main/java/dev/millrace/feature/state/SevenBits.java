package dev.millrace.feature.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The eight bytes of a word at once, instead of a branch for each: groups of seven bits are spread over bytes, and gathered again.
 * Numbers of blocks have from one to eight bytes in no order that a processor could learn.
 */
final class SevenBits {
    /** Longs in byte arrays, the first byte the least. */
    static final VarHandle LEAST_FIRST = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Longs in byte arrays, the first byte the greatest. */
    static final VarHandle GREATEST_FIRST = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** The bit of each byte that says whether another one follows. */
    static final long MORE = 0x8080808080808080L;

    /** The numbers that fit eight bytes are less. */
    static final long LIMIT = 1L << 56;

    private SevenBits() {}

    /** @param value {@code 0 ≤ value < 2⁵⁶} */
    static long spread(long value) {
        long halves = (value & 0x00FFFFFFF0000000L) << 4 | value & 0x000000000FFFFFFFL;
        long quarters = (halves & 0x0FFFC0000FFFC000L) << 2 | halves & 0x00003FFF00003FFFL;
        return (quarters & 0x3F803F803F803F80L) << 1 | quarters & 0x007F007F007F007FL;
    }

    /** @param bytes seven bits in each, the eighth 0 */
    static long gather(long bytes) {
        long quarters = (bytes & 0x7F007F007F007F00L) >>> 1 | bytes & 0x007F007F007F007FL;
        long halves = (quarters & 0x3FFF00003FFF0000L) >>> 2 | quarters & 0x00003FFF00003FFFL;
        return (halves & 0x0FFFFFFF00000000L) >>> 4 | halves & 0x000000000FFFFFFFL;
    }
}

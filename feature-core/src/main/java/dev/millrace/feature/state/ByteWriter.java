package dev.millrace.feature.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Grows a byte array by variable-length integers: seven bits a byte, least first; signed ones zigzag. */
public final class ByteWriter {
    private byte[] bytes;
    private int length;

    public ByteWriter(int expected) {
        bytes = new byte[Math.max(16, expected)];
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    public void unsigned(long value) {
        ensure(10);
        if ((value & ~0x7FL) == 0) {
            bytes[length++] = (byte) value;
        } else if (value >= 0 && value < SevenBits.LIMIT) {
            int last = (63 - Long.numberOfLeadingZeros(value)) / 7;
            long more = SevenBits.MORE & (1L << 8 * last) - 1;
            SevenBits.LEAST_FIRST.set(bytes, length, SevenBits.spread(value) | more);
            length += last + 1;
        } else {
            unsignedByBytes(value);
        }
    }

    private void unsignedByBytes(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[length++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    public void signed(long value) {
        unsigned(value << 1 ^ value >> 63);
    }

    public void fixed8(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
    }

    public void fixed64(long value) {
        ensure(8);
        SevenBits.GREATEST_FIRST.set(bytes, length, value);
        length += Long.BYTES;
    }

    /** With their number before them. */
    public void bytes(byte[] written) {
        unsigned(written.length);
        raw(written);
    }

    /** As they are. */
    void raw(byte[] written) {
        ensure(written.length);
        System.arraycopy(written, 0, bytes, length, written.length);
        length += written.length;
    }

    public void text(String text) {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}

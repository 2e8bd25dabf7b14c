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
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
    }

    /** With their number before them. */
    public void bytes(byte[] written) {
        unsigned(written.length);
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

package dev.millrace.feature.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link ByteWriter} wrote. Every failure is a {@link CorruptBlockException}. */
public final class ByteReader {
    private final byte[] bytes;
    private int at;

    public ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    public int fixed8() {
        if (at >= bytes.length) {
            throw cut();
        }
        return bytes[at++] & 0xFF;
    }

    private CorruptBlockException cut() {
        return new CorruptBlockException("Expected more than " + bytes.length + " bytes; the record is cut");
    }

    public long unsigned() {
        if (at <= bytes.length - Long.BYTES) {
            long word = (long) SevenBits.LEAST_FIRST.get(bytes, at);
            long ends = ~word & SevenBits.MORE;
            if (ends != 0) {
                int bits = Long.numberOfTrailingZeros(ends) + 1;
                at += bits >>> 3;
                // A shift by 64 - bits, which is less than 64, drops the bytes of what follows.
                return SevenBits.gather((word << (64 - bits)) >>> (64 - bits) & ~SevenBits.MORE);
            }
        }
        return unsignedByBytes();
    }

    private long unsignedByBytes() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = fixed8();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new CorruptBlockException("Expected an integer of at most 10 bytes at byte " + at);
    }

    public long signed() {
        long value = unsigned();
        return value >>> 1 ^ -(value & 1);
    }

    public long fixed64() {
        if (at > bytes.length - Long.BYTES) {
            throw cut();
        }
        long value = (long) SevenBits.GREATEST_FIRST.get(bytes, at);
        at += Long.BYTES;
        return value;
    }

    /** A number of elements of at least one byte each: never more than there are bytes. */
    public int count() {
        long count = unsigned();
        if (count < 0 || count > bytes.length - at) {
            throw new CorruptBlockException("Expected at most " + (bytes.length - at) + " elements, found " + count);
        }
        return (int) count;
    }

    /** With their number before them. */
    public byte[] bytes() {
        int length = count();
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    public boolean isAtEnd() {
        return at == bytes.length;
    }

    public void expectEnd() {
        if (at != bytes.length) {
            throw new CorruptBlockException(
                    "Expected the end at byte " + at + ", found " + (bytes.length - at) + " more");
        }
    }
}

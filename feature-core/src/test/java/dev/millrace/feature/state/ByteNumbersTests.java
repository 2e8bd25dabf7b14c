package dev.millrace.feature.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Numbers are written and read eight bytes at once: the bytes are those of one after the other. */
final class ByteNumbersTests {
    /** Seven bits a byte, least first. */
    private static byte[] plain(List<Long> numbers) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (long number : numbers) {
            BigInteger rest = new BigInteger(Long.toUnsignedString(number));
            while (rest.bitLength() > 7) {
                out.write(rest.intValue() & 0x7F | 0x80);
                rest = rest.shiftRight(7);
            }
            out.write(rest.intValue());
        }
        return out.toByteArray();
    }

    private static void assertWrittenAndRead(List<Long> numbers) {
        ByteWriter out = new ByteWriter(1);
        numbers.forEach(out::unsigned);
        byte[] bytes = out.toBytes();
        assertThat(bytes).isEqualTo(plain(numbers));
        ByteReader in = new ByteReader(bytes);
        assertThat(numbers).allSatisfy(number -> assertThat(in.unsigned()).isEqualTo(number));
        in.expectEnd();
    }

    @Property
    void numbersAreReadAsTheyWereWritten(@ForAll List<Long> numbers) {
        assertWrittenAndRead(numbers);
    }

    /** On both sides of every length, with all bits set and with one. */
    @Example
    void numbersOfEveryLengthAreReadAsTheyWereWritten() {
        for (int bits = 0; bits < 64; bits++) {
            long power = 1L << bits;
            assertWrittenAndRead(List.of(power - 1, power, power + 1, -power));
            assertWrittenAndRead(List.of(power, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
        }
    }

    @Property
    void fixedOnesHaveTheirGreatestByteFirst(@ForAll long number) {
        ByteWriter out = new ByteWriter(1);
        out.fixed64(number);
        byte[] bytes = out.toBytes();
        assertThat(new BigInteger(bytes).longValueExact()).isEqualTo(number);
        assertThat(new ByteReader(bytes).fixed64()).isEqualTo(number);
        for (int length = 0; length < Long.BYTES; length++) {
            ByteReader cut = new ByteReader(Arrays.copyOf(bytes, length));
            assertThatThrownBy(cut::fixed64)
                    .isInstanceOf(CorruptBlockException.class)
                    .hasMessageContaining("cut");
        }
    }

    @Example
    void aNumberThatDoesNotEndIsRefused() {
        byte[] endless = new byte[40];
        Arrays.fill(endless, (byte) 0xFF);
        assertThatThrownBy(new ByteReader(endless)::unsigned)
                .isInstanceOf(CorruptBlockException.class)
                .hasMessageContaining("at most 10 bytes");
        assertThatThrownBy(new ByteReader(Arrays.copyOf(endless, 9))::unsigned)
                .isInstanceOf(CorruptBlockException.class)
                .hasMessageContaining("cut");
    }
}

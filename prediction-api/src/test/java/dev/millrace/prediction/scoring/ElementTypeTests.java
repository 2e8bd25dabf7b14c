package dev.millrace.prediction.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.millrace.prediction.protocol.InferTensorContents;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ElementTypeTests {

    private static final int ALL = Integer.MAX_VALUE;

    private static ByteString raw(Consumer<ByteBuffer> writer) {
        ByteBuffer buffer = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        writer.accept(buffer);
        return ByteString.copyFrom(buffer.flip());
    }

    private static List<String> texts(List<JsonNode> nodes) {
        return nodes.stream().map(JsonNode::asText).toList();
    }

    private static void both(
            ElementType type, InferTensorContents.Builder typed, Consumer<ByteBuffer> raw, String... expected) {
        assertThat(texts(type.of(typed.build(), ALL))).as("typed").containsExactly(expected);
        assertThat(texts(type.of(raw(raw), ALL))).as("raw").containsExactly(expected);
    }

    private static InferTensorContents.Builder contents() {
        return InferTensorContents.newBuilder();
    }

    @Test
    void bothWaysCarryTheSame() {
        both(
                ElementType.BOOL,
                contents().addBoolContents(true).addBoolContents(false),
                raw -> raw.put((byte) 1).put((byte) 0),
                "true",
                "false");
        both(
                ElementType.INT8,
                contents().addIntContents(-128).addIntContents(127),
                raw -> raw.put((byte) -128).put((byte) 127),
                "-128",
                "127");
        both(ElementType.INT16, contents().addIntContents(-32_768), raw -> raw.putShort((short) -32_768), "-32768");
        both(
                ElementType.INT32,
                contents().addIntContents(Integer.MIN_VALUE),
                raw -> raw.putInt(Integer.MIN_VALUE),
                "-2147483648");
        both(
                ElementType.INT64,
                contents().addInt64Contents(Long.MIN_VALUE).addInt64Contents(Long.MAX_VALUE),
                raw -> raw.putLong(Long.MIN_VALUE).putLong(Long.MAX_VALUE),
                "-9223372036854775808",
                "9223372036854775807");
        both(ElementType.UINT8, contents().addUintContents(255), raw -> raw.put((byte) -1), "255");
        both(ElementType.UINT16, contents().addUintContents(65_535), raw -> raw.putShort((short) -1), "65535");
        both(ElementType.UINT32, contents().addUintContents(-1), raw -> raw.putInt(-1), "4294967295");
        both(
                ElementType.UINT64,
                contents().addUint64Contents(7).addUint64Contents(-1),
                raw -> raw.putLong(7).putLong(-1),
                "7",
                "18446744073709551615");
        both(
                ElementType.FP64,
                contents().addFp64Contents(129.95).addFp64Contents(-0.5),
                raw -> raw.putDouble(129.95).putDouble(-0.5),
                "129.95",
                "-0.5");
        both(
                ElementType.BYTES,
                contents().addBytesContents(ByteString.copyFromUtf8("Zoë")).addBytesContents(ByteString.EMPTY),
                raw -> raw.putInt(4).put("Zoë".getBytes(StandardCharsets.UTF_8)).putInt(0),
                "Zoë",
                "");
    }

    /** As it would be written, not as the nearest double has it. */
    @Test
    void aShortFloatIsTheShortestDecimalThatStandsForIt() {
        both(ElementType.FP32, contents().addFp32Contents(129.95f), raw -> raw.putFloat(129.95f), "129.95");
        assertThat(texts(ElementType.FP16.of(raw(raw -> raw.putShort(Float.floatToFloat16(0.5f))), ALL)))
                .containsExactly("0.5");
    }

    @Test
    void whatJsonCannotSayIsNoElement() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThatThrownBy(() -> ElementType.FP64.of(
                            contents().addFp64Contents(value).build(), ALL))
                    .isInstanceOf(NumberFormatException.class);
            assertThatThrownBy(() -> ElementType.FP32.of(raw(raw -> raw.putFloat((float) value)), ALL))
                    .isInstanceOf(NumberFormatException.class);
        }
        ByteString noText = ByteString.copyFrom(new byte[] {(byte) 0xff});
        assertThatThrownBy(() ->
                        ElementType.BYTES.of(contents().addBytesContents(noText).build(), ALL))
                .isInstanceOf(NumberFormatException.class);
    }

    @Test
    void anElementThatIsCutIsNone() {
        assertThatThrownBy(() -> ElementType.INT64.of(raw(raw -> raw.putLong(1).put((byte) 1)), ALL))
                .isInstanceOf(BufferUnderflowException.class);
        for (int length : new int[] {5, -1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() ->
                            ElementType.BYTES.of(raw(raw -> raw.putInt(length).putInt(0)), ALL))
                    .isInstanceOf(BufferUnderflowException.class);
        }
    }

    /** Not even what is wrong with it. */
    @Test
    void whatComesAfterTheFirstIsNotLookedAt() {
        assertThat(texts(ElementType.FP64.of(
                        contents()
                                .addFp64Contents(1)
                                .addFp64Contents(2)
                                .addFp64Contents(Double.NaN)
                                .build(),
                        2)))
                .containsExactly("1.0", "2.0");
        assertThat(texts(ElementType.INT8.of(raw(raw -> raw.put(new byte[] {1, 2, 3})), 2)))
                .containsExactly("1", "2");
        assertThat(texts(ElementType.BYTES.of(
                        raw(raw -> raw.putInt(1).put((byte) 'a').putInt(99)), 1)))
                .containsExactly("a");
    }
}

package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import dev.millrace.prediction.protocol.InferTensorContents;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The data types of the Open Inference Protocol's elements, and how its gRPC form carries them. A floating-point number becomes
 * the shortest decimal that stands for it, as it would be written in JSON.
 */
enum ElementType {
    BOOL(
            contents -> nodes(contents.getBoolContentsList(), BooleanNode::valueOf),
            raw -> BooleanNode.valueOf(raw.get() != 0)),
    INT8(contents -> nodes(contents.getIntContentsList(), IntNode::valueOf), raw -> IntNode.valueOf(raw.get())),
    INT16(contents -> nodes(contents.getIntContentsList(), IntNode::valueOf), raw -> IntNode.valueOf(raw.getShort())),
    INT32(contents -> nodes(contents.getIntContentsList(), IntNode::valueOf), raw -> IntNode.valueOf(raw.getInt())),
    INT64(
            contents -> nodes(contents.getInt64ContentsList(), LongNode::valueOf),
            raw -> LongNode.valueOf(raw.getLong())),
    UINT8(
            contents -> nodes(contents.getUintContentsList(), ElementType::unsigned),
            raw -> IntNode.valueOf(Byte.toUnsignedInt(raw.get()))),
    UINT16(
            contents -> nodes(contents.getUintContentsList(), ElementType::unsigned),
            raw -> IntNode.valueOf(Short.toUnsignedInt(raw.getShort()))),
    UINT32(contents -> nodes(contents.getUintContentsList(), ElementType::unsigned), raw -> unsigned(raw.getInt())),
    UINT64(contents -> nodes(contents.getUint64ContentsList(), ElementType::unsigned), raw -> unsigned(raw.getLong())),
    FP16(contents -> Stream.of(), raw -> decimal(Float.float16ToFloat(raw.getShort()))),
    FP32(contents -> nodes(contents.getFp32ContentsList(), ElementType::decimal), raw -> decimal(raw.getFloat())),
    FP64(contents -> nodes(contents.getFp64ContentsList(), ElementType::decimal), raw -> decimal(raw.getDouble())),
    BYTES(contents -> nodes(contents.getBytesContentsList(), ElementType::text), raw -> {
        int length = raw.getInt();
        if (length < 0 || length > raw.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteString text = ByteString.copyFrom(raw.slice(raw.position(), length));
        raw.position(raw.position() + length);
        return text(text);
    });

    private final Function<InferTensorContents, Stream<JsonNode>> typed;
    private final Function<ByteBuffer, JsonNode> next;

    ElementType(Function<InferTensorContents, Stream<JsonNode>> typed, Function<ByteBuffer, JsonNode> next) {
        this.typed = typed;
        this.next = next;
    }

    /**
     * The first elements.
     *
     * @param most how many: what is made of one takes more room than it itself
     * @throws NumberFormatException when one is no number or no UTF-8, which JSON cannot say either
     */
    List<JsonNode> of(InferTensorContents contents, int most) {
        return typed.apply(contents).limit(most).toList();
    }

    /**
     * The same, of elements one after another.
     *
     * @throws NumberFormatException when one is no number or no UTF-8, which JSON cannot say either
     * @throws BufferUnderflowException when the last one is cut
     */
    List<JsonNode> of(ByteString raw, int most) {
        ByteBuffer buffer = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        List<JsonNode> elements = new ArrayList<>();
        while (buffer.hasRemaining() && elements.size() < most) {
            elements.add(next.apply(buffer));
        }
        return elements;
    }

    private static <T> Stream<JsonNode> nodes(List<T> values, Function<T, JsonNode> node) {
        return values.stream().map(node);
    }

    private static JsonNode unsigned(int value) {
        return LongNode.valueOf(Integer.toUnsignedLong(value));
    }

    private static JsonNode unsigned(long value) {
        return value >= 0
                ? LongNode.valueOf(value)
                : BigIntegerNode.valueOf(new BigInteger(Long.toUnsignedString(value)));
    }

    private static JsonNode decimal(float value) {
        return DecimalNode.valueOf(new BigDecimal(Float.toString(value)));
    }

    private static JsonNode decimal(double value) {
        return DecimalNode.valueOf(new BigDecimal(Double.toString(value)));
    }

    private static JsonNode text(ByteString bytes) {
        if (!bytes.isValidUtf8()) {
            throw new NumberFormatException("no UTF-8");
        }
        return TextNode.valueOf(bytes.toStringUtf8());
    }
}

package dev.millrace.schema.event;

import java.io.IOException;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;

/**
 * Records of one schema to {@linkplain SingleObject single objects} and back. Reads what any added schema wrote.
 * Decimals are {@link java.math.BigDecimal}, times epoch milliseconds. Not thread-safe: one per thread.
 */
public final class RecordCodec {
    private static final GenericData MODEL = model();

    private final BinaryMessageEncoder<GenericRecord> encoder;
    private final BinaryMessageDecoder<GenericRecord> decoder;

    public RecordCodec(Schema schema) {
        Schema strings = withJavaStrings(schema);
        this.encoder = new BinaryMessageEncoder<>(MODEL, strings, true);
        this.decoder = new BinaryMessageDecoder<>(MODEL, strings);
    }

    private static GenericData model() {
        GenericData model = new GenericData();
        model.addLogicalTypeConversion(new Conversions.DecimalConversion());
        return model;
    }

    /** The same schema, fingerprint included: text is read as String. */
    private static Schema withJavaStrings(Schema schema) {
        Schema copy = new Schema.Parser().parse(schema.toString());
        markStrings(copy);
        return copy;
    }

    private static void markStrings(Schema schema) {
        switch (schema.getType()) {
            case STRING -> {
                if (schema.getProp(GenericData.STRING_PROP) == null) {
                    GenericData.setStringType(schema, GenericData.StringType.String);
                }
            }
            case RECORD -> schema.getFields().forEach(field -> markStrings(field.schema()));
            case UNION -> schema.getTypes().forEach(RecordCodec::markStrings);
            case ARRAY -> markStrings(schema.getElementType());
            case MAP -> {
                markStrings(schema.getValueType());
                GenericData.setStringType(schema, GenericData.StringType.String);
            }
            default -> {
                // no text inside
            }
        }
    }

    /** Also reads records that this schema wrote. */
    public void addWriter(Schema schema) {
        decoder.addSchema(withJavaStrings(schema));
    }

    public byte[] encode(GenericRecord event) {
        return SingleObject.bytes(encoder, event);
    }

    /** @throws CorruptRecordException when the bytes are no single object of a known schema */
    public GenericRecord decode(byte[] bytes) {
        try {
            return decoder.decode(bytes);
        } catch (IOException | RuntimeException e) {
            throw new CorruptRecordException(
                    "Expected an Avro single object of a known schema, found " + bytes.length + " bytes: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Bytes on a topic that no known schema wrote. */
    public static final class CorruptRecordException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public CorruptRecordException(String message) {
            super(message);
        }

        public CorruptRecordException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}

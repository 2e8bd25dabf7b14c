package dev.millrace.schema.event;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Records of one schema to {@linkplain SingleObject single objects} and back. Reads what any added schema wrote.
 * Decimals are {@link java.math.BigDecimal}, times epoch milliseconds. Not thread-safe: one per thread.
 */
public final class RecordCodec {
    private static final GenericData MODEL = model();

    private final BinaryMessageEncoder<GenericRecord> encoder;
    private final Schema read;
    private final Map<Long, GenericDatumReader<GenericRecord>> readers = new HashMap<>();
    private @Nullable BinaryDecoder decoder;

    public RecordCodec(Schema schema) {
        this.read = withJavaStrings(schema);
        this.encoder = new BinaryMessageEncoder<>(MODEL, read, true);
        addWriter(schema);
    }

    private static GenericData model() {
        GenericData model = new GenericData();
        model.addLogicalTypeConversion(new Conversions.DecimalConversion());
        // Plans once how a schema is read, instead of walking it for every record.
        model.setFastReaderEnabled(true);
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
        readers.put(
                SchemaNormalization.parsingFingerprint64(schema),
                new GenericDatumReader<>(withJavaStrings(schema), read, MODEL));
    }

    public byte[] encode(GenericRecord event) {
        return SingleObject.bytes(encoder, event);
    }

    /** @throws CorruptRecordException when the bytes are no single object of a known schema */
    public GenericRecord decode(byte[] bytes) {
        GenericDatumReader<GenericRecord> reader =
                SingleObject.fingerprint(bytes).map(readers::get).orElseThrow(() -> corrupt(bytes, null));
        try {
            // Avro's own decoder of single objects takes byte by byte from a stream.
            decoder = DecoderFactory.get()
                    .binaryDecoder(bytes, SingleObject.HEADER, bytes.length - SingleObject.HEADER, decoder);
            return reader.read(null, decoder);
        } catch (IOException | RuntimeException e) {
            throw corrupt(bytes, e);
        }
    }

    private static CorruptRecordException corrupt(byte[] bytes, @Nullable Exception cause) {
        String found = "Expected an Avro single object of a known schema, found " + bytes.length + " bytes";
        return cause == null
                ? new CorruptRecordException(found)
                : new CorruptRecordException(found + ": " + cause.getMessage(), cause);
    }

    /** Bytes on a topic that no known schema wrote. */
    public static final class CorruptRecordException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public CorruptRecordException(String message) {
            super(message);
        }

        public CorruptRecordException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}

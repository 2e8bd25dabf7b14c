package dev.millrace.schema.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.message.MessageEncoder;

/**
 * Records as <a href="https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding">Avro single objects</a>:
 * two marker bytes, the schema's fingerprint, the values.
 */
public final class SingleObject {
    /** Bytes before the values. */
    public static final int HEADER = 10;

    private static final short MARKER = (short) 0xC301;

    private SingleObject() {}

    /** Of the schema that wrote these bytes; empty when they are no single object. */
    public static Optional<Long> fingerprint(byte[] bytes) {
        if (bytes.length < HEADER || ByteBuffer.wrap(bytes).getShort() != MARKER) {
            return Optional.empty();
        }
        return Optional.of(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(Short.BYTES));
    }

    /** @param encoder such as {@code Label.getEncoder()} */
    public static <T extends GenericContainer> byte[] bytes(MessageEncoder<T> encoder, T record) {
        try {
            ByteBuffer encoded = encoder.encode(record);
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot encode a " + record.getSchema().getFullName(), e);
        }
    }
}

package dev.millrace.schema.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.message.MessageEncoder;

/**
 * Records as <a href="https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding">Avro single objects</a>:
 * two marker bytes, the schema's fingerprint, the values.
 */
public final class SingleObject {
    private SingleObject() {}

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

package dev.millrace.schema.event;

import dev.millrace.schema.avro.Prediction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;

/** Decoders of the platform's own records whose schemas have changed: they read what every released version wrote. Thread-safe. */
public final class PlatformRecords {
    private static final BinaryMessageDecoder<Prediction> PREDICTIONS = predictionDecoder();

    private PlatformRecords() {}

    public static BinaryMessageDecoder<Prediction> predictions() {
        return PREDICTIONS;
    }

    private static BinaryMessageDecoder<Prediction> predictionDecoder() {
        BinaryMessageDecoder<Prediction> decoder = Prediction.getDecoder();
        decoder.addSchema(released("0.1", "Prediction"));
        return decoder;
    }

    private static Schema released(String version, String name) {
        String path = "/released/" + version + "/" + name + ".avsc";
        try (InputStream file = PlatformRecords.class.getResourceAsStream(path)) {
            if (file == null) {
                throw new IllegalStateException(path + " is missing in the class path");
            }
            return new Schema.Parser().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read", e);
        }
    }
}

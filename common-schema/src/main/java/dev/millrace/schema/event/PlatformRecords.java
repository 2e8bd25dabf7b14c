package dev.millrace.schema.event;

import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;

/** Decoders of the platform's own records whose schemas have changed: they read what every released version wrote. Thread-safe. */
public final class PlatformRecords {
    private static final BinaryMessageDecoder<Prediction> PREDICTIONS = predictionDecoder();

    private PlatformRecords() {}

    public static BinaryMessageDecoder<Prediction> predictions() {
        return PREDICTIONS;
    }

    /** @throws CorruptRecordException when it is no prediction, or a store could not hold it */
    public static Prediction prediction(byte[] value) {
        Prediction prediction;
        try {
            prediction = PREDICTIONS.decode(value);
        } catch (IOException | RuntimeException e) {
            // Of whatever kind: bytes that are none of ours fail in many ways.
            throw new CorruptRecordException(
                    "Expected a prediction, found " + value.length + " bytes: " + e.getMessage(), e);
        }
        StorableField.requireFinite("score", prediction.getScore());
        StorableField.requireMoment("asked_for", prediction.getAskedFor().toEpochMilli());
        StorableField.requireMoment("answered_at", prediction.getAnsweredAt().toEpochMilli());
        Instant asOf = prediction.getAsOf();
        if (asOf != null) {
            StorableField.requireMoment("as_of", asOf.toEpochMilli());
        }
        return prediction;
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

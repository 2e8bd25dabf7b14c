package dev.millrace.schema.event;

import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericRecord;

/** Values of the topics that the use case reads. A topic may carry several event types. Not thread-safe. */
public final class TopicDecoder {
    private final Map<Long, Known> byFingerprint = new HashMap<>();

    public TopicDecoder(UseCase useCase) {
        for (EventType type : useCase.events().values()) {
            byFingerprint.put(
                    SchemaNormalization.parsingFingerprint64(type.schema()),
                    new Known(type, new RecordCodec(type.schema())));
        }
    }

    private record Known(EventType type, RecordCodec codec) {}

    public record Event(EventType type, GenericRecord fields) {}

    /** @throws CorruptRecordException when no event type of the use case wrote it */
    public Event event(byte[] value) {
        Known known = SingleObject.fingerprint(value).map(byFingerprint::get).orElseThrow(this::unknown);
        return new Event(known.type(), known.codec().decode(value));
    }

    private CorruptRecordException unknown() {
        return new CorruptRecordException("Expected an Avro single object of one of "
                + byFingerprint.values().stream()
                        .map(each -> each.type().name())
                        .sorted()
                        .toList()
                + "; only ingestion-service writes event topics, others send to raw-events");
    }

    /** @throws CorruptRecordException when it is no label */
    public static Label label(byte[] value) {
        try {
            return Label.getDecoder().decode(value);
        } catch (IOException | RuntimeException e) {
            throw new CorruptRecordException(
                    "Expected a label, found " + value.length + " bytes: " + e.getMessage(), e);
        }
    }
}

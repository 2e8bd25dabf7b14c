package dev.millrace.schema.event;

import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
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
                    new Known(
                            type,
                            new RecordCodec(type.schema()),
                            type.schema().getFields().stream()
                                    .map(StorableField::new)
                                    .toList()));
        }
    }

    /** @param fields in the schema's order */
    private record Known(EventType type, RecordCodec codec, List<StorableField> fields) {}

    public record Event(EventType type, GenericRecord fields) {}

    /** @throws CorruptRecordException when no event type of the use case wrote it, or a store could not hold it */
    public Event event(byte[] value) {
        Known known = SingleObject.fingerprint(value).map(byFingerprint::get).orElseThrow(this::unknown);
        GenericRecord fields = known.codec().decode(value);
        for (int i = 0; i < known.fields().size(); i++) {
            known.fields().get(i).check(fields.get(i));
        }
        return new Event(known.type(), fields);
    }

    private CorruptRecordException unknown() {
        return new CorruptRecordException("Expected an Avro single object of one of "
                + byFingerprint.values().stream()
                        .map(each -> each.type().name())
                        .sorted()
                        .toList()
                + "; only ingestion-service writes event topics, others send to raw-events");
    }

    /** @throws CorruptRecordException when it is no label, or a store could not hold it */
    public static Label label(byte[] value) {
        Label label;
        try {
            label = Label.getDecoder().decode(value);
        } catch (IOException | RuntimeException e) {
            throw new CorruptRecordException(
                    "Expected a label, found " + value.length + " bytes: " + e.getMessage(), e);
        }
        StorableField.requireMoment("event_time", label.getEventTime().toEpochMilli());
        StorableField.requireMoment("known_at", label.getKnownAt().toEpochMilli());
        StorableField.requireText("event_id", label.getEventId());
        StorableField.requireFinite("value", label.getValue());
        StorableField.requireText("key", label.getKey());
        label.getEntities().forEach(StorableField::requireText);
        return label;
    }
}

package dev.millrace.schema.event;

import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EntityText;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericRecord;

/** Values of the topics that the use case reads. A topic may carry several event types. Not thread-safe. */
public final class TopicDecoder {
    private final Map<Long, Known> byFingerprint = new HashMap<>();
    private final Map<String, Known> byName = new HashMap<>();

    public TopicDecoder(UseCase useCase) {
        for (EventType type : useCase.events().values()) {
            List<StorableField> fields = type.schema().getFields().stream()
                    .map(field -> new StorableField(type, field))
                    .toList();
            Known known = new Known(type, new RecordCodec(type.schema()), fields, windowUuids(useCase, type));
            byFingerprint.put(SchemaNormalization.parsingFingerprint64(type.schema()), known);
            byName.put(type.name(), known);
        }
    }

    /**
     * @param fields in the schema's order
     * @param windowUuids positions of fields that are keys of tables of windows, whose rows are of many events: of these none may be
     *     wrong
     */
    private record Known(EventType type, RecordCodec codec, List<StorableField> fields, List<Integer> windowUuids) {
        Optional<StorableField> field(String name) {
            return Optional.ofNullable(type.schema().getField(name)).map(field -> fields.get(field.pos()));
        }
    }

    private static List<Integer> windowUuids(UseCase useCase, EventType type) {
        return useCase.views().stream()
                .filter(view -> view.shape() instanceof ViewDefinition.Shape.Tumbling
                        && view.source().eventType().equals(type.name()))
                .flatMap(view -> LabelFactory.fields(view.entity()))
                .distinct()
                .map(name -> type.schema().getField(name))
                .filter(field -> field != null && AvroTypes.isUuid(field.schema()))
                .map(Schema.Field::pos)
                .toList();
    }

    public record Event(EventType type, GenericRecord fields) {}

    /** @throws CorruptRecordException when no event type of the use case wrote it, or a store could not hold it */
    public Event event(byte[] value) {
        Known known = SingleObject.fingerprint(value).map(byFingerprint::get).orElseThrow(this::unknown);
        GenericRecord fields = known.codec().decode(value);
        for (int i = 0; i < known.fields().size(); i++) {
            known.fields().get(i).check(fields.get(i));
        }
        for (int position : known.windowUuids()) {
            if (fields.get(position) instanceof CharSequence text) {
                known.fields().get(position).checkText(text.toString());
            }
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
    public Label label(byte[] value) {
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
        StorableField.requireText("event_type", label.getEventType());
        // Of another use case: none of its views counts it.
        Known known = byName.get(label.getEventType());
        if (known == null) {
            StorableField.requireText("key", label.getKey());
            label.getEntities().forEach(StorableField::requireText);
            return label;
        }
        requireKey(known.type().keyFields(), label.getKey());
        label.getEntities()
                .forEach((name, text) -> known.field(name)
                        .ifPresentOrElse(field -> field.checkText(text), () -> StorableField.requireText(name, text)));
        return label;
    }

    /** Each of its values may be as long as a text. */
    private static void requireKey(List<String> fields, String key) {
        List<String> values = EntityText.split(key, fields.size());
        if (values.size() != fields.size()) {
            throw new CorruptRecordException("'key': expected the values of %s, joined by '|', found %d values"
                    .formatted(fields, values.size()));
        }
        values.forEach(value -> StorableField.requireText("key", value));
    }
}

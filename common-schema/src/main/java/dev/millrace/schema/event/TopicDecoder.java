package dev.millrace.schema.event;

import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericRecord;

/** Values of the topics that the use case reads. A topic may carry several event types. Not thread-safe. */
public final class TopicDecoder {
    private final Map<Long, Known> byFingerprint = new HashMap<>();

    public TopicDecoder(UseCase useCase) {
        for (EventType type : useCase.events().values()) {
            byFingerprint.put(
                    SchemaNormalization.parsingFingerprint64(type.schema()),
                    new Known(type, new RecordCodec(type.schema()), moments(type)));
        }
    }

    /** @param moments positions of fields that are times */
    private record Known(EventType type, RecordCodec codec, Set<Integer> moments) {}

    private static Set<Integer> moments(EventType type) {
        return type.schema().getFields().stream()
                .filter(field ->
                        AvroTypes.nonNull(field.schema()).getLogicalType() instanceof LogicalTypes.TimestampMillis)
                .map(Schema.Field::pos)
                .collect(Collectors.toUnmodifiableSet());
    }

    public record Event(EventType type, GenericRecord fields) {}

    /** @throws CorruptRecordException when no event type of the use case wrote it, or a store could not hold it */
    public Event event(byte[] value) {
        Known known = SingleObject.fingerprint(value).map(byFingerprint::get).orElseThrow(this::unknown);
        GenericRecord fields = known.codec().decode(value);
        for (Schema.Field field : fields.getSchema().getFields()) {
            switch (fields.get(field.pos())) {
                case CharSequence text -> requireText(field.name(), text.toString());
                case BigDecimal decimal -> requireDigits(field.name(), decimal);
                case Long whole when known.moments().contains(field.pos()) -> requireMoment(field.name(), whole);
                case Long whole -> requireDigits(field.name(), BigDecimal.valueOf(whole));
                case null, default -> {
                    // Each of its values can be held.
                }
            }
        }
        return new Event(known.type(), fields);
    }

    private static void requireDigits(String field, BigDecimal number) {
        if (number.precision() > EventJson.LARGEST_PRECISION) {
            throw new CorruptRecordException("'%s': expected a number of at most %d digits, found %d"
                    .formatted(field, EventJson.LARGEST_PRECISION, number.precision()));
        }
    }

    private static void requireText(String field, String text) {
        if (!Storable.isText(text)) {
            throw new CorruptRecordException("'" + field + "': " + Storable.EXPECTED_TEXT);
        }
    }

    private static void requireMoment(String field, long epochMillis) {
        if (!Storable.isMoment(epochMillis)) {
            throw new CorruptRecordException(
                    "'%s': %s, found %d ms since 1970".formatted(field, Storable.EXPECTED_MOMENT, epochMillis));
        }
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
        requireMoment("event_time", label.getEventTime().toEpochMilli());
        requireMoment("known_at", label.getKnownAt().toEpochMilli());
        requireText("event_id", label.getEventId());
        requireText("key", label.getKey());
        label.getEntities().forEach(TopicDecoder::requireText);
        return label;
    }
}

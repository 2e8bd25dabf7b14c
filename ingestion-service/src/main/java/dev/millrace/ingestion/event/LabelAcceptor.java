package dev.millrace.ingestion.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.event.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Labels that carry their event's id, time, key and entity fields, so that nothing has to be looked up. */
final class LabelAcceptor implements EventAcceptor.Acceptor {
    private static final Set<String> FIELDS =
            Set.of("event_type", "event_id", "timestamp", "key", "entities", "value", "known_at", "revision");

    private final UseCase useCase;
    private final Map<String, LabelFactory> factories = new HashMap<>();

    LabelAcceptor(UseCase useCase) {
        this.useCase = useCase;
        useCase.events().values().forEach(type -> factories.put(type.name(), new LabelFactory(useCase, type)));
    }

    @Override
    public Outgoing accept(JsonNode json, Arrival arrival) {
        if (!json.isObject()) {
            throw new InvalidEventException("", "wrong-type", "expected a JSON object with the fields of a label");
        }
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                throw new InvalidEventException(
                        name,
                        "unknown-field",
                        "'" + name + "' is no field of a label; it has " + new TreeSet<>(FIELDS));
            }
        }
        EventType type = type(json);
        long time = time(json, "timestamp");
        long arrived = EventAcceptor.arrivalTime("timestamp", time, arrival);
        long knownAt = json.hasNonNull("known_at") ? time(json, "known_at") : arrived;
        Label label = new Label(
                type.name(),
                text(json, "event_id"),
                Instant.ofEpochMilli(time),
                text(json, "key"),
                entities(json, type),
                value(json),
                Instant.ofEpochMilli(knownAt),
                revision(json));
        try {
            ByteBuffer bytes = Label.getEncoder().encode(label);
            byte[] value = new byte[bytes.remaining()];
            bytes.get(value);
            return new Outgoing(Topics.LABELS, label.getKey(), arrived, arrival.isStated(), value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EventType type(JsonNode json) {
        String name = text(json, "event_type");
        EventType type = useCase.events().get(name);
        if (type == null || type.label().isEmpty()) {
            throw new InvalidEventException(
                    "event_type",
                    "unknown-event-type",
                    "'event_type': expected an event type that is labelled, one of "
                            + useCase.events().values().stream()
                                    .filter(each -> each.label().isPresent())
                                    .map(EventType::name)
                                    .sorted()
                                    .toList()
                            + ", found '" + name + "'");
        }
        return type;
    }

    private static JsonNode required(JsonNode json, String field) {
        if (!json.hasNonNull(field)) {
            throw new InvalidEventException(field, "missing-field", "'" + field + "' is missing");
        }
        return json.get(field);
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = required(json, field);
        if (!value.isTextual()) {
            throw new InvalidEventException(field, "wrong-type", "'" + field + "': expected text, found " + value);
        }
        return value.textValue();
    }

    private static long time(JsonNode json, String field) {
        String text = text(json, field);
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new InvalidEventException(
                    field,
                    "bad-timestamp",
                    "'" + field + "': expected a time such as 2026-01-31T12:00:00Z, found '" + text + "'");
        }
    }

    private static double value(JsonNode json) {
        JsonNode value = required(json, "value");
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new InvalidEventException("value", "wrong-type", "'value': expected a number, found " + value);
        }
        return value.doubleValue();
    }

    private static int revision(JsonNode json) {
        JsonNode revision = json.get("revision");
        if (revision == null || revision.isNull()) {
            return 0;
        }
        if (!revision.isIntegralNumber() || !revision.canConvertToInt() || revision.intValue() < 0) {
            throw new InvalidEventException(
                    "revision", "out-of-range", "'revision': expected a whole number of at least 0, found " + revision);
        }
        return revision.intValue();
    }

    /** All that views on labels need: a label without one would be counted nowhere. */
    private Map<String, String> entities(JsonNode json, EventType type) {
        JsonNode written = json.path("entities");
        Map<String, String> entities = new HashMap<>();
        LabelFactory factory = factories.get(type.name());
        for (String field : factory == null ? Set.<String>of() : factory.entityFields()) {
            JsonNode value = written.path(field);
            if (!value.isValueNode() || value.isNull()) {
                throw new InvalidEventException(
                        "entities." + field,
                        "missing-field",
                        "'entities." + field + "' is missing: views on labels of " + type.name() + " are kept for it");
            }
            entities.put(field, value.asText());
        }
        return entities;
    }
}

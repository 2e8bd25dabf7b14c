package dev.millrace.ingestion.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EntityText;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.event.LabelJson;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.event.SingleObject;
import dev.millrace.schema.event.Storable;
import dev.millrace.schema.event.Topics;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Labels that carry their event's id, time, key and entity fields, so that nothing has to be looked up. */
final class LabelAcceptor implements EventAcceptor.Acceptor {
    private static final Set<String> FIELDS =
            Set.of("event_type", "event_id", "timestamp", "key", "entities", "value", "known_at", "revision");

    private final UseCase useCase;
    private final PersonalData personal;
    private final Map<String, Set<String>> entityFields = new HashMap<>();

    LabelAcceptor(UseCase useCase, PersonalData personal) {
        this.useCase = useCase;
        this.personal = personal;
        useCase.events()
                .values()
                .forEach(type -> entityFields.put(type.name(), new LabelFactory(useCase, type).entityFields()));
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
                String.valueOf(personal.masked(type, type.idField(), id(json, type))),
                Instant.ofEpochMilli(time),
                key(json, type),
                entities(json, type),
                LabelJson.value(type, json),
                Instant.ofEpochMilli(knownAt),
                LabelJson.revision(json).orElse(0));
        return new Outgoing(
                Topics.LABELS,
                label.getKey(),
                arrived,
                arrival.isStated(),
                SingleObject.bytes(Label.getEncoder(), label));
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
            throw new InvalidEventException(
                    field,
                    "wrong-type",
                    "'" + field + "': expected text, found a "
                            + value.getNodeType().name().toLowerCase(Locale.ROOT));
        }
        String text = value.textValue();
        if (!Storable.isText(text)) {
            throw new InvalidEventException(field, "out-of-range", "'" + field + "': " + Storable.EXPECTED_TEXT);
        }
        return text;
    }

    private static long time(JsonNode json, String field) {
        String text = text(json, field);
        try {
            return Storable.moment(text);
        } catch (DateTimeException e) {
            throw new InvalidEventException(
                    field, "bad-timestamp", "'" + field + "': " + Storable.EXPECTED_MOMENT + ", found '" + text + "'");
        }
    }

    /** As its event has it: a UUID in small letters. Of others each stands for itself, and may be of an event that is still to come. */
    private static String id(JsonNode json, EventType type) {
        String text = text(json, "event_id");
        return AvroTypes.isUuid(type.schema().getField(type.idField()).schema()) ? text.toLowerCase(Locale.ROOT) : text;
    }

    /** Its event's key, masked as its event's was: labels must meet their events. */
    private String key(JsonNode json, EventType type) {
        String written = text(json, "key");
        List<String> fields = type.keyFields();
        List<String> values = EntityText.split(written, fields.size());
        if (values.size() != fields.size()) {
            throw new InvalidEventException(
                    "key",
                    "wrong-type",
                    "'key': expected the values of " + fields + ", joined by '|', found " + values.size() + " values");
        }
        return EntityText.join(fields, field -> personal.masked(type, field, values.get(fields.indexOf(field))));
    }

    /** All that views on labels need, as the event has it: a label without one would be counted nowhere. */
    private Map<String, String> entities(JsonNode json, EventType type) {
        Map<String, String> entities = new HashMap<>();
        EventJson event = new EventJson(type);
        for (String field : entityFields.getOrDefault(type.name(), Set.of())) {
            try {
                Object value = event.value(field, json.path("entities").path(field));
                Object kept = personal.masked(type, field, value);
                if (kept != null) {
                    entities.put(field, kept.toString());
                }
            } catch (InvalidEventException e) {
                throw e.within("entities");
            }
        }
        return entities;
    }
}

package dev.millrace.ingestion.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.ExactJson;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.UnreadableJson;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What came over {@code raw-events}: a bare event whose type a header names, or the general envelope.
 *
 * @param type as its sender named it
 * @param fields of the event
 */
record RawEvent(String type, JsonNode fields) {
    /**
     * @param headerType the type of a bare event; null for an envelope
     * @throws InvalidEventException when it is neither
     */
    static RawEvent read(byte @Nullable [] value, @Nullable String headerType, UseCase useCase, ObjectMapper mapper) {
        JsonNode json;
        try {
            json = ExactJson.read(() -> mapper.readTree(value == null ? new byte[0] : value));
        } catch (IOException e) {
            throw new InvalidEventException("", "malformed-body", "expected JSON: " + UnreadableJson.message(e));
        }
        if (headerType != null) {
            return new RawEvent(headerType, json);
        }
        JsonNode payload = json.path("payload");
        if (!payload.path("event_type").isTextual()
                || !payload.path("properties").isObject()) {
            throw new InvalidEventException(
                    "payload",
                    "no-event-type",
                    "expected the general envelope, with payload.event_type and payload.properties, or the header event-type");
        }
        String type = payload.path("event_type").textValue();
        ObjectNode fields = payload.get("properties").deepCopy();
        EventType known = useCase.events().get(type);
        if (known != null) {
            complete(fields, known.idField(), json.path("metadata").path("event_id"), known);
            complete(fields, known.timeField(), json.path("metadata").path("timestamp"), known);
            complete(fields, "user_id", payload.path("user_id"), known);
            complete(fields, "session_id", payload.path("session_id"), known);
            complete(fields, "device", json.path("context").path("device"), known);
            complete(fields, "location", json.path("context").path("location"), known);
        }
        return new RawEvent(type, fields);
    }

    /** The envelope's value stands in where the properties have none and the event type has such a field. */
    private static void complete(ObjectNode fields, String field, JsonNode value, EventType type) {
        if (!fields.has(field) && value.isValueNode() && type.schema().getField(field) != null) {
            fields.set(field, value);
        }
    }
}

package dev.millrace.prediction.label;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.prediction.web.JsonServlet;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.InvalidEventException.Violation;
import dev.millrace.schema.event.LabelJson;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.event.Storable;
import dev.millrace.schema.event.UnknownFields;
import dev.millrace.schema.event.UnreadableJson;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A truth as it is posted.
 *
 * @param knownAt epoch milliseconds; now when it is empty
 * @param revision the next when it is empty
 */
record LabelRequest(LabelledType of, String eventId, double value, OptionalLong knownAt, OptionalInt revision) {

    static final String EVENT_TYPE = "event_type";
    static final String EVENT_ID = "event_id";
    static final String VALUE = LabelJson.VALUE;
    static final String KNOWN_AT = "known_at";
    static final String REVISION = LabelJson.REVISION;

    private static final List<String> FIELDS = List.of(EVENT_ID, VALUE, EVENT_TYPE, KNOWN_AT, REVISION);

    /** Reads no key twice, and nothing after the value. */
    private static final ObjectReader STRICT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(JsonServlet.DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build()
            .reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    EventType type() {
        return of.type();
    }

    /** The same with the id as its event has it. */
    LabelRequest masked(PersonalData personal) {
        EventType type = type();
        return new LabelRequest(
                of, String.valueOf(personal.masked(type, type.idField(), eventId)), value, knownAt, revision);
    }

    /**
     * @param labelled what the caller may label, by the event types' names
     * @throws RequestException says all that is wrong
     */
    static LabelRequest read(byte[] body, SortedMap<String, LabelledType> labelled) throws RequestException {
        JsonNode json = object(body);
        Fields fields = new Fields(json);
        LabelledType of = fields.type(labelled);
        String id = fields.id(of);
        double value = fields.value(of);
        OptionalLong knownAt = fields.knownAt();
        OptionalInt revision = fields.revision();
        if (of == null || !fields.violations.isEmpty()) {
            throw RequestException.invalid(fields.violations);
        }
        return new LabelRequest(of, id, value, knownAt, revision);
    }

    private static JsonNode object(byte[] body) throws RequestException {
        JsonNode json;
        try {
            json = STRICT.readTree(body);
        } catch (IOException e) {
            throw RequestException.malformed(
                    "expected a JSON object, but it cannot be read: " + UnreadableJson.message(e));
        }
        if (!json.isObject()) {
            throw RequestException.malformed("expected a JSON object");
        }
        return json;
    }

    private static final class Fields {
        private final JsonNode json;
        private final List<Violation> violations = new ArrayList<>();

        private Fields(JsonNode json) {
            this.json = json;
            UnknownFields unknown = new UnknownFields("a label", () -> new TreeSet<>(FIELDS));
            json.fieldNames().forEachRemaining(name -> {
                if (!FIELDS.contains(name)) {
                    unknown.add(name);
                }
            });
            violations.addAll(unknown.violations());
        }

        private void wrong(String field, String code, String message) {
            violations.add(new Violation(field, code, message));
        }

        private @Nullable LabelledType type(SortedMap<String, LabelledType> labelled) {
            JsonNode name = json.path(EVENT_TYPE);
            if (name.isMissingNode() && labelled.size() == 1) {
                return labelled.firstEntry().getValue();
            }
            LabelledType named = labelled.get(name.asText());
            if (named == null) {
                wrong(
                        EVENT_TYPE,
                        name.isMissingNode() ? "missing-field" : "unknown-event-type",
                        "'event_type': expected an event type that is labelled, one of " + labelled.keySet()
                                + ", found " + (name.isMissingNode() ? "nothing" : name));
            }
            return named;
        }

        /** As events of the type have it. */
        private String id(@Nullable LabelledType of) {
            if (!json.hasNonNull(EVENT_ID)) {
                wrong(EVENT_ID, "missing-field", "'event_id' is missing");
            } else if (of != null) {
                EventType type = of.type();
                try {
                    return String.valueOf(new EventJson(type).value(type.idField(), json.get(EVENT_ID)));
                } catch (InvalidEventException e) {
                    wrong(EVENT_ID, e.code(), "'event_id' is the " + e.field() + " of its event: " + e.getMessage());
                }
            }
            return "";
        }

        /** As events of the type could say it themselves. */
        private double value(@Nullable LabelledType of) {
            try {
                return of == null ? LabelJson.value(json) : LabelJson.value(of.type(), json);
            } catch (InvalidEventException e) {
                violations.addAll(e.violations());
                return Double.NaN;
            }
        }

        private OptionalLong knownAt() {
            if (!json.hasNonNull(KNOWN_AT)) {
                return OptionalLong.empty();
            }
            try {
                return OptionalLong.of(Storable.moment(json.get(KNOWN_AT).asText()));
            } catch (DateTimeException e) {
                wrong(
                        KNOWN_AT,
                        "bad-timestamp",
                        "'known_at': " + Storable.EXPECTED_MOMENT + ", found " + json.get(KNOWN_AT));
                return OptionalLong.empty();
            }
        }

        private OptionalInt revision() {
            try {
                return LabelJson.revision(json);
            } catch (InvalidEventException e) {
                violations.addAll(e.violations());
                return OptionalInt.empty();
            }
        }
    }
}

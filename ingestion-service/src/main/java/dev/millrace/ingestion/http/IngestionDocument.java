package dev.millrace.ingestion.http;

import static dev.millrace.web.openapi.JsonSchemas.TEXT;
import static dev.millrace.web.openapi.JsonSchemas.TIME;
import static dev.millrace.web.openapi.JsonSchemas.orNull;

import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.event.LabelJson;
import dev.millrace.schema.event.Topics;
import dev.millrace.web.openapi.ApiDocument;
import dev.millrace.web.openapi.JsonSchemas;
import dev.millrace.web.openapi.Operation;
import dev.millrace.web.openapi.Operation.In;
import dev.millrace.web.security.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What this service serves for one use case: a path for each of its event types, and one for labels. */
public final class IngestionDocument {
    private static final Map<String, Object> COUNT = Map.of("type", "integer", "minimum", 0);
    private static final Map<String, Object> REFUSED = list(Map.of(
            "type",
            "object",
            "properties",
            Map.of("index", COUNT, "status", TEXT, "code", TEXT, "field", TEXT, "message", TEXT)));

    private final UseCase useCase;
    private final List<EventType> types;
    private final ApiDocument document;

    private IngestionDocument(UseCase useCase) {
        this.useCase = useCase;
        this.types = useCase.events().values().stream()
                .sorted(Comparator.comparing(EventType::name))
                .toList();
        this.document =
                new ApiDocument("Millrace ingestion: " + useCase.title(), Map.of("field", TEXT, "results", REFUSED));
    }

    public static ApiDocument of(UseCase useCase) {
        return new IngestionDocument(useCase).document();
    }

    private ApiDocument document() {
        for (EventType type : types) {
            add(type.name(), Role.SCORER, JsonSchemas.event(type), EventExamples.event(type));
        }
        add(
                Topics.LABELS,
                Role.OPERATOR,
                label(),
                types.stream()
                        .filter(type -> type.label().isPresent())
                        .findFirst()
                        .flatMap(type -> EventExamples.label(type, entityFields(type))));
        String json = "application/json";
        return document.get(
                        "/health",
                        Operation.page("health", "How well the service is: ok, or degraded with reasons", json)
                                .open())
                .get(
                        "/health/liveness",
                        Operation.page("liveness", "Whether the process answers", json)
                                .open())
                .get(
                        "/health/readiness",
                        Operation.page("readiness", "Whether the process answers", json)
                                .open());
    }

    private void add(String name, Role role, Map<String, Object> schema, Optional<Map<String, Object>> example) {
        String component = "event-" + name;
        Map<String, Object> event = ApiDocument.reference(component);
        Map<String, Object> events = new LinkedHashMap<>(list(event));
        events.put("minItems", 1);
        events.put("maxItems", EventController.GREATEST_BATCH);
        Map<String, Object> examples = new LinkedHashMap<>();
        example.ifPresent(one -> {
            examples.put("one", one);
            examples.put("several", List.of(one, one));
        });
        Map<String, Object> lag = Map.of(
                "type",
                "string",
                "format",
                "duration",
                // Days at the most: years and months have no one length.
                "pattern",
                "^P([0-9]{1,6}D)?(T[0-9HMS]{2,9})?$",
                "description",
                "The events are replayed: each arrived at its own time plus this. Only for operators");
        document.schema(component, schema)
                .post(
                        "/v1/events/" + name,
                        new Operation("take-" + name, "Take one or several " + name)
                                .role(role)
                                .parameter(In.HEADER, EventController.ARRIVAL_LAG, lag)
                                .body(Map.of("oneOf", List.of(event, events)), examples)
                                .answer(
                                        202,
                                        "What is accepted lies in Kafka; what is refused is listed",
                                        Map.of(
                                                "type",
                                                "object",
                                                "properties",
                                                Map.of("accepted", COUNT, "refused", COUNT, "results", REFUSED)))
                                .problem(400, "The body cannot be read, or no event can be taken; names the field")
                                .problem(
                                        403,
                                        "The caller has not the role; only an operator may state when events arrived")
                                .problem(
                                        413,
                                        "The body has more than " + EventController.GREATEST_BODY
                                                + " bytes: send several")
                                .problem(415, "The body is no application/json")
                                .unavailable("Kafka does not take events now: send them again later"));
    }

    private Set<String> entityFields(EventType type) {
        return new TreeSet<>(new LabelFactory(useCase, type).entityFields());
    }

    /** What may be true of an event is its type's to say. */
    private Map<String, Object> label() {
        List<EventType> labelled =
                types.stream().filter(type -> type.label().isPresent()).toList();
        if (labelled.isEmpty()) {
            return label(labelled, Map.of("type", "number"));
        }
        List<Map<String, Object>> labels = new ArrayList<>();
        JsonSchemas.byLabelValue(labelled).forEach((value, alike) -> labels.add(label(alike, value)));
        return JsonSchemas.anyOf(labels);
    }

    private Map<String, Object> label(List<EventType> labelled, Map<String, Object> value) {
        Map<String, Set<String>> entities = new TreeMap<>();
        labelled.forEach(type -> entities.put(type.name(), entityFields(type)));
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put(
                "event_type",
                Map.of(
                        "type",
                        "string",
                        "enum",
                        labelled.stream().map(EventType::name).toList()));
        properties.put("event_id", TEXT);
        properties.put("timestamp", described(TIME, "the event's own time"));
        properties.put("key", described(TEXT, "the event's Kafka key: its values, joined by |"));
        properties.put(
                "entities",
                described(
                        Map.of("type", "object"),
                        "the event's entity fields as the event has them, by event type: " + entities));
        properties.put(LabelJson.VALUE, value);
        properties.put("known_at", described(orNull(TIME), "the time of arrival, unless it is said"));
        properties.put(
                LabelJson.REVISION,
                described(
                        orNull(Map.of("type", "integer", "minimum", 0, "maximum", LabelJson.GREATEST_REVISION)),
                        "the highest counts; 0 unless it is said"));
        return JsonSchemas.object(properties, List.of("event_type", "event_id", "timestamp", "key", "value"));
    }

    private static Map<String, Object> described(Map<String, Object> schema, String description) {
        Map<String, Object> described = new LinkedHashMap<>(schema);
        described.put("description", description);
        return described;
    }

    private static Map<String, Object> list(Map<String, Object> items) {
        return Map.of("type", "array", "items", items);
    }
}

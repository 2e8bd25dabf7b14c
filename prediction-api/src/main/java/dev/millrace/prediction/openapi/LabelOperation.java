package dev.millrace.prediction.openapi;

import static dev.millrace.web.openapi.JsonSchemas.TEXT;
import static dev.millrace.web.openapi.JsonSchemas.TIME;

import dev.millrace.prediction.usecase.ServedUseCases;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.LabelJson;
import dev.millrace.web.openapi.JsonSchemas;
import dev.millrace.web.openapi.Operation;
import dev.millrace.web.security.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Taking truths, as the document says it. */
final class LabelOperation {

    private static final Map<String, Object> REVISION =
            Map.of("type", "integer", "minimum", 0, "maximum", LabelJson.GREATEST_REVISION);

    private LabelOperation() {}

    static Operation of(ServedUseCases useCases) {
        List<EventType> types = useCases.definitions().stream()
                .flatMap(useCase -> useCase.events().values().stream())
                .filter(type -> type.label().isPresent())
                .sorted(Comparator.comparing(EventType::name))
                .toList();
        return new Operation("label", "Say what turned out to be true of an event; the highest revision counts")
                .body(asked(types), Map.of())
                .answer(
                        202,
                        "It lies in Kafka",
                        Map.of("type", "object", "properties", fields(types, Map.of("type", "number"))))
                .problem(400, "The body cannot be read")
                .problem(404, "The stream has written no such event")
                .problem(409, "A truth of the greatest revision is there: none can follow")
                .problem(413, "The body is too large")
                .problem(422, "Values that are wrong; each is named")
                .unavailable("The database or Kafka is away")
                .role(Role.OPERATOR);
    }

    /** What may be true of an event is its type's to say. */
    private static Map<String, Object> asked(List<EventType> types) {
        List<String> required =
                types.size() == 1 ? List.of("event_id", "value") : List.of("event_id", "value", "event_type");
        if (types.isEmpty()) {
            return asked(types, Map.of("type", "number"), required);
        }
        List<Map<String, Object>> bodies = new ArrayList<>();
        JsonSchemas.byLabelValue(types).forEach((value, alike) -> bodies.add(asked(alike, value, required)));
        return JsonSchemas.anyOf(bodies);
    }

    private static Map<String, Object> asked(List<EventType> types, Map<String, Object> value, List<String> required) {
        Map<String, Object> asked = fields(types, value);
        asked.put("known_at", JsonSchemas.orNull(TIME));
        asked.put("revision", JsonSchemas.orNull(REVISION));
        return JsonSchemas.object(asked, required);
    }

    private static Map<String, Object> fields(List<EventType> types, Map<String, Object> value) {
        List<Map<String, Object>> ids = types.stream()
                .map(type -> JsonSchemas.field(type, type.idField()))
                .distinct()
                .toList();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event_id", ids.size() == 1 ? ids.getFirst() : TEXT);
        fields.put("value", value);
        fields.put(
                "event_type",
                PredictionDocument.oneOf(types.stream().map(EventType::name).toList()));
        fields.put("known_at", TIME);
        fields.put("revision", REVISION);
        return fields;
    }
}

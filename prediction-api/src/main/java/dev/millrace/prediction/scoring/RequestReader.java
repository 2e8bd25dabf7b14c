package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.InvalidEventException.Violation;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON to a request, by the use case's rules: a field has the type that it has in the row's event. */
public final class RequestReader {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final EventType type;
    private final EventJson events;
    private final Map<String, RequestField> fields = new LinkedHashMap<>();

    public RequestReader(ServeDefinition serve, EventType type) {
        this.type = type;
        this.events = new EventJson(type);
        serve.request().forEach(field -> fields.put(field.name(), field));
    }

    /** @throws RequestException when it is no JSON object, or breaks the rules; names every field that is wrong */
    public ScoringRequest read(byte[] body) throws RequestException {
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw RequestException.malformed(
                    "expected a JSON object, but it cannot be read: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw RequestException.malformed("expected a JSON object, but it cannot be read");
        }
        if (!json.isObject()) {
            throw RequestException.malformed("expected a JSON object with the fields " + fields.keySet());
        }
        return read(json);
    }

    private ScoringRequest read(JsonNode json) throws RequestException {
        List<Violation> violations = new ArrayList<>();
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!fields.containsKey(name)) {
                violations.add(new Violation(
                        name,
                        "unknown-field",
                        "'" + shortened(name) + "' is no field of this request; it has " + fields.keySet()));
            }
        }
        Map<String, Object> values = new HashMap<>();
        Map<String, Double> replaced = new HashMap<>();
        for (RequestField field : fields.values()) {
            JsonNode value = json.get(field.name());
            if (value == null || value.isNull()) {
                if (!field.rule().optional()) {
                    violations.add(new Violation(field.name(), "missing-field", "'" + field.name() + "' is missing"));
                }
                continue;
            }
            try {
                if (field.replaces().isPresent()) {
                    replaced.put(field.replaces().get(), number(field, value));
                } else {
                    values.put(field.name(), value(field, value));
                }
            } catch (InvalidEventException e) {
                violations.addAll(e.violations());
            }
        }
        if (!violations.isEmpty()) {
            throw RequestException.invalid(violations);
        }
        Object id = values.get(type.idField());
        return new ScoringRequest(
                values, replaced, id == null ? null : id.toString(), (Long) values.get(type.timeField()));
    }

    private Object value(RequestField field, JsonNode json) {
        Object value = events.value(field.name(), json);
        if (value == null) {
            throw new InvalidEventException(field.name(), "missing-field", "'" + field.name() + "' is missing");
        }
        FieldRule rule = field.rule();
        Optional<String> violation = switch (value) {
            case Number number -> rule.violation(new BigDecimal(number.toString()));
            case String text -> rule.violation(text);
            default -> Optional.empty();
        };
        violation.ifPresent(expected -> {
            throw outOfRange(field, expected, json);
        });
        return value;
    }

    private static double number(RequestField field, JsonNode json) {
        if (!json.isNumber()) {
            throw new InvalidEventException(
                    field.name(),
                    "wrong-type",
                    "'%s': expected a number, found %s".formatted(field.name(), shortened(json.toString())));
        }
        double number = json.doubleValue();
        Optional<String> violation = Double.isFinite(number)
                ? field.rule().violation(json.decimalValue())
                : Optional.of("expected a number that a double can hold");
        violation.ifPresent(expected -> {
            throw outOfRange(field, expected, json);
        });
        return number;
    }

    private static InvalidEventException outOfRange(RequestField field, String expected, JsonNode json) {
        return new InvalidEventException(
                field.name(),
                "out-of-range",
                "'%s': %s, found %s".formatted(field.name(), expected, shortened(json.toString())));
    }

    private static String shortened(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }
}

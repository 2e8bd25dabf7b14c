package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.prediction.web.JsonServlet;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.ExactJson;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.InvalidEventException.Violation;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.event.UnknownFields;
import dev.millrace.schema.event.UnreadableJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** JSON to a request, by the use case's rules: a field has the type that it has in the row's event. */
public final class RequestReader {

    /** Of a body: 1,000 rows of 98 fields. A tree takes up to 80 bytes for each, of which a body of 1 MiB may have half a million. */
    private static final int MOST_TOKENS = 200_000;

    /** Reads numbers exactly, and no key twice. */
    static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_TOKENS)
                            .maxNestingDepth(JsonServlet.DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** The same, and nothing after the value. */
    static final ObjectReader STRICT = JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final EventType type;
    private final EventJson events;
    private final PersonalData personal;
    private final Map<String, RequestField> fields = new LinkedHashMap<>();
    private final List<RequestField> required;

    /** @param personal masks what comes as events are masked: features and truths are found under hashes */
    public RequestReader(ServeDefinition serve, EventType type, PersonalData personal) {
        this.personal = personal;
        this.type = type;
        this.events = new EventJson(type);
        serve.request().forEach(field -> fields.put(field.name(), field));
        this.required = serve.request().stream()
                .filter(field -> !field.rule().optional())
                .toList();
    }

    /** One of other requests with the same masks. */
    RequestReader of(ServeDefinition serve, EventType rows) {
        return new RequestReader(serve, rows, personal);
    }

    /** @throws RequestException when it is no JSON object, or breaks the rules; names every field that is wrong */
    public ScoringRequest read(byte[] body) throws RequestException {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw RequestException.malformed("expected a JSON object with the fields " + fields.keySet());
            }
            ScoringRequest request = read(parser);
            if (parser.nextToken() != null) {
                throw RequestException.malformed("expected one JSON object, but more comes after it");
            }
            return request;
        } catch (IOException e) {
            throw RequestException.malformed(
                    "expected a JSON object, but it cannot be read: " + UnreadableJson.message(e));
        }
    }

    /**
     * Reads what was parsed already.
     *
     * @throws RequestException when it is no JSON object, or breaks the rules; names every field that is wrong
     */
    ScoringRequest read(JsonNode json) throws RequestException {
        if (!json.isObject()) {
            throw RequestException.malformed("expected a JSON object with the fields %s, but came another value: %s"
                    .formatted(fields.keySet(), json.getNodeType().name().toLowerCase(Locale.ROOT)));
        }
        try (JsonParser parser = json.traverse(JSON)) {
            parser.nextToken();
            return read(parser);
        } catch (IOException e) {
            throw new UncheckedIOException("JSON in memory cannot be read", e);
        }
    }

    /**
     * Reads one object.
     *
     * @param parser at its start; afterwards at its end, unless the object cannot be read at all
     * @throws RequestException when it breaks the rules; names every field that is wrong
     */
    private ScoringRequest read(JsonParser parser) throws IOException, RequestException {
        UnknownFields unknown = new UnknownFields("this request", fields::keySet);
        List<Violation> violations = new ArrayList<>();
        Map<String, Object> values = new HashMap<>();
        Map<String, Double> replaced = new HashMap<>();
        int found = 0;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            JsonNode value = value(parser);
            RequestField field = fields.get(name);
            if (field == null) {
                unknown.add(name);
            } else if (!value.isNull()) {
                found += field.rule().optional() ? 0 : 1;
                try {
                    if (field.replaces().isPresent()) {
                        replaced.put(field.replaces().get(), number(field, value));
                    } else {
                        Object kept = personal.masked(type, name, value(field, value));
                        if (kept != null) {
                            values.put(name, kept);
                        }
                    }
                } catch (InvalidEventException e) {
                    violations.addAll(e.violations());
                }
            }
        }
        if (found < required.size()) {
            noteMissing(values, replaced, violations);
        }
        violations.addAll(unknown.violations());
        if (!violations.isEmpty()) {
            throw RequestException.invalid(violations);
        }
        Object id = values.get(type.idField());
        return new ScoringRequest(
                values, replaced, id == null ? null : id.toString(), (Long) values.get(type.timeField()));
    }

    /** Short of a tree where it can be: most values are texts and numbers. */
    private static JsonNode value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> TextNode.valueOf(parser.getText());
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.INT
                        ? IntNode.valueOf(parser.getIntValue())
                        : ExactJson.read(() -> JSON.readTree(parser));
            default -> ExactJson.read(() -> JSON.readTree(parser));
        };
    }

    /** What is required, and neither there nor refused already. */
    private void noteMissing(Map<String, Object> values, Map<String, Double> replaced, List<Violation> violations) {
        for (RequestField field : required) {
            boolean there = values.containsKey(field.name())
                    || field.replaces().filter(replaced::containsKey).isPresent()
                    || violations.stream()
                            .anyMatch(violation -> violation.field().equals(field.name()));
            if (!there) {
                violations.add(new Violation(field.name(), "missing-field", "'" + field.name() + "' is missing"));
            }
        }
    }

    private Object value(RequestField field, JsonNode json) {
        Object value = events.value(field.name(), json);
        if (value == null) {
            throw new InvalidEventException(field.name(), "missing-field", "'" + field.name() + "' is missing");
        }
        field.rule().violation(value).ifPresent(expected -> {
            throw events.violation(field.name(), "out-of-range", expected, json);
        });
        return value;
    }

    private double number(RequestField field, JsonNode json) {
        if (!json.isNumber()) {
            throw events.violation(field.name(), "wrong-type", "expected a number", json);
        }
        double number = json.doubleValue();
        Optional<String> violation = Double.isFinite(number)
                ? field.rule().violation(json.decimalValue())
                : Optional.of("expected a number that a double can hold");
        violation.ifPresent(expected -> {
            throw events.violation(field.name(), "out-of-range", expected, json);
        });
        return number;
    }
}

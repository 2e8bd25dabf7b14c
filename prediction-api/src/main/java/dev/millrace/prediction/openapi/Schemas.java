package dev.millrace.prediction.openapi;

import dev.millrace.feature.Model;
import dev.millrace.feature.ResponseField;
import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.web.openapi.JsonSchemas;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON schemas of requests and answers. */
final class Schemas {

    private Schemas() {}

    static Map<String, Object> request(ServeDefinition serve, EventType rows) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (RequestField field : serve.request()) {
            Map<String, Object> schema =
                    field.replaces().map(Schemas::replacing).orElseGet(() -> JsonSchemas.field(rows, field.name()));
            JsonSchemas.restrict(schema, field.rule());
            properties.put(field.name(), field.rule().optional() ? JsonSchemas.orNull(schema) : schema);
            if (!field.rule().optional()) {
                required.add(field.name());
            }
        }
        return JsonSchemas.object(properties, required);
    }

    private static Map<String, Object> replacing(String stored) {
        return new LinkedHashMap<>(Map.of("type", "number", "description", "Takes the place of " + stored));
    }

    private static Map<String, Object> value(ModelDefinition model, ResponseField field) {
        return switch (field) {
            case ResponseField.Decision decision ->
                model.classes().isEmpty()
                        ? Map.of("type", "integer", "enum", List.of(0, 1))
                        : Map.of("type", "string", "enum", model.classes());
            case ResponseField.Score score ->
                switch (model.kind()) {
                    case BINARY, MULTICLASS -> Map.of("type", "number", "minimum", 0, "maximum", 1);
                    case REGRESSION, COUNT -> Map.of("type", "number");
                };
            case ResponseField.Computed computed -> computed("number", computed.expression());
            case ResponseField.Text text -> computed("string", text.expression());
        };
    }

    private static Map<String, Object> computed(String type, CompiledExpression expression) {
        return Map.of(
                "type",
                List.of(type, "null"),
                "description",
                expression.text() + "; null where that cannot be computed");
    }

    /** How far a model's features and scores are from what they were in training. */
    static Map<String, Object> drift() {
        Map<String, Object> rows = Map.of("type", "integer", "minimum", 0, "description", "Of the last hour");
        Map<String, Object> figure =
                Map.of("type", List.of("number", "null"), "description", "null while there are too few rows");
        Map<String, Object> feature = Map.of(
                "type",
                "object",
                "properties",
                Map.of(
                        "psi", figure,
                        "score", figure,
                        "missing", figure,
                        "unknown", figure,
                        "bins", Map.of("type", "integer")));
        Map<String, Object> version = Map.of(
                "type",
                "object",
                "properties",
                Map.of(
                        "model_version", JsonSchemas.TEXT,
                        "alias", JsonSchemas.TEXT,
                        "rows", rows,
                        "psi", figure,
                        "score", figure));
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("model", JsonSchemas.TEXT);
        properties.put("model_version", JsonSchemas.TEXT);
        properties.put(
                "rows_needed",
                Map.of("type", "integer", "description", "Of the last hour: with fewer, nothing is said but null"));
        properties.put("rows", rows);
        properties.put("baseline_rows", Map.of("type", "integer", "description", "That the champion was trained on"));
        properties.put("features", Map.of("type", "object", "additionalProperties", feature));
        properties.put("versions", Map.of("type", "array", "items", version));
        return Map.of("type", "object", "properties", properties, "required", List.of("model", "rows_needed"));
    }

    static Map<String, Object> answer(Model model) {
        Map<String, Object> properties = new LinkedHashMap<>();
        model.response().forEach(field -> properties.put(field.name(), value(model.definition(), field)));
        properties.put("latency_ms", Map.of("type", "number"));
        properties.put(
                "model_version", Map.of("type", "string", "description", "Such as v3; none when a rule answered"));
        properties.put("model", JsonSchemas.TEXT);
        properties.put("request_id", JsonSchemas.TEXT);
        properties.put("as_of", Map.of("type", List.of("string", "null"), "format", "date-time"));
        properties.put("complete", Map.of("type", "boolean"));
        properties.put("reasons", Map.of("type", "array", "items", JsonSchemas.TEXT));
        properties.put("replaced", Map.of("type", "array", "items", JsonSchemas.TEXT));
        properties.put("offsets", Map.of("type", "object"));
        properties.put(
                "explanation",
                Map.of(
                        "type",
                        "object",
                        "description",
                        "What contributed most to the margin, and what that is before anything is known; when asked for",
                        "properties",
                        Map.of(
                                "bias",
                                Map.of("type", "number"),
                                "contributions",
                                Map.of("type", "array", "items", Map.of("type", "object")))));
        return Map.of("type", "object", "properties", properties);
    }
}

package dev.millrace.prediction.openapi;

import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.definition.ModelDefinition.Answer;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** JSON schemas of requests and answers. */
final class Schemas {

    private Schemas() {}

    static Map<String, Object> request(ServeDefinition serve, EventType rows) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (RequestField field : serve.request()) {
            Map<String, Object> schema;
            if (field.replaces().isPresent()) {
                schema = new LinkedHashMap<>(Map.of("type", "number"));
                schema.put(
                        "description", "Takes the place of " + field.replaces().get());
            } else {
                schema = new LinkedHashMap<>(
                        of(rows.schema().getField(field.name()).schema()));
                FieldRule own = rows.rules().get(field.name());
                if (own != null) {
                    rule(own, schema);
                }
            }
            rule(field.rule(), schema);
            properties.put(field.name(), schema);
            if (!field.rule().optional()) {
                required.add(field.name());
            }
        }
        return Map.of("type", "object", "properties", properties, "required", required, "additionalProperties", false);
    }

    private static void rule(FieldRule rule, Map<String, Object> schema) {
        rule.min().ifPresent(min -> schema.put("minimum", min));
        rule.above().ifPresent(above -> schema.put("exclusiveMinimum", above));
        rule.max().ifPresent(max -> schema.put("maximum", max));
        rule.pattern().ifPresent(pattern -> schema.put("pattern", "^(?:" + pattern.pattern() + ")$"));
    }

    static Map<String, Object> answer(ServeDefinition serve) {
        Map<String, Object> properties = new LinkedHashMap<>();
        serve.response()
                .forEach((name, holds) -> properties.put(
                        name,
                        holds == Answer.DECISION
                                ? Map.of("type", "integer", "enum", List.of(0, 1))
                                : Map.of("type", "number", "minimum", 0, "maximum", 1)));
        properties.put("latency_ms", Map.of("type", "number"));
        properties.put(
                "model_version", Map.of("type", "string", "description", "Such as v3; none when a rule answered"));
        properties.put("model", Map.of("type", "string"));
        properties.put("request_id", Map.of("type", "string"));
        properties.put("as_of", Map.of("type", List.of("string", "null"), "format", "date-time"));
        properties.put("complete", Map.of("type", "boolean"));
        properties.put("reasons", Map.of("type", "array", "items", Map.of("type", "string")));
        properties.put("replaced", Map.of("type", "array", "items", Map.of("type", "string")));
        properties.put("offsets", Map.of("type", "object"));
        return Map.of("type", "object", "properties", properties);
    }

    static Map<String, Object> problem() {
        Map<String, Object> text = Map.of("type", "string");
        Map<String, Object> error =
                Map.of("type", "object", "properties", Map.of("field", text, "code", text, "message", text));
        return Map.of(
                "type",
                "object",
                "properties",
                Map.of(
                        "type", text,
                        "title", text,
                        "status", Map.of("type", "integer"),
                        "code", text,
                        "detail", text,
                        "errors", Map.of("type", "array", "items", error)));
    }

    static Map<String, Object> of(Schema schema) {
        LogicalType logical = schema.getLogicalType();
        return switch (schema.getType()) {
            case UNION ->
                of(schema.getTypes().stream()
                        .filter(option -> option.getType() != Schema.Type.NULL)
                        .findFirst()
                        .orElseThrow());
            case LONG ->
                logical instanceof LogicalTypes.TimestampMillis
                        ? Map.of("type", "string", "format", "date-time")
                        : Map.of("type", "integer");
            case INT -> Map.of("type", "integer");
            case BYTES, FIXED ->
                logical instanceof LogicalTypes.Decimal decimal
                        ? Map.of("type", "number", "multipleOf", BigDecimal.ONE.movePointLeft(decimal.getScale()))
                        : Map.of("type", "string");
            case DOUBLE, FLOAT -> Map.of("type", "number");
            case BOOLEAN -> Map.of("type", "boolean");
            case ENUM -> Map.of("type", "string", "enum", schema.getEnumSymbols());
            case STRING ->
                logical != null && logical.getName().equals("uuid")
                        ? Map.of("type", "string", "format", "uuid")
                        : Map.of("type", "string");
            case RECORD, ARRAY, MAP, NULL -> Map.of();
        };
    }
}

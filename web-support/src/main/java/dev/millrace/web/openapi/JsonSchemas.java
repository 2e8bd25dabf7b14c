package dev.millrace.web.openapi;

import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.definition.FieldRule.Personal;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.LabelJson;
import dev.millrace.schema.event.Storable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** JSON schemas of what event types say. */
public final class JsonSchemas {
    public static final Map<String, Object> TEXT = Map.of("type", "string");

    /** Years that can be stored, no leap seconds, nanoseconds at the finest, and zones as far from Greenwich as any is. */
    public static final Map<String, Object> TIME = Map.of(
            "type",
            "string",
            "format",
            "date-time",
            "pattern",
            "^(19[7-9][0-9]|[2-9][0-9]{3})-.*:[0-5][0-9](\\.[0-9]{1,9})?([Zz]|[+-](0[0-9]|1[0-7]):[0-5][0-9]|[+-]18:00)$");

    private JsonSchemas() {}

    /** An event as its sender writes it. */
    public static Map<String, Object> event(EventType type) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Schema.Field field : type.schema().getFields()) {
            Map<String, Object> schema = field(type, field.name());
            personal(type.rule(field.name()), schema);
            if (field.schema().isNullable()) {
                properties.put(field.name(), orNull(schema));
            } else {
                properties.put(field.name(), schema);
                required.add(field.name());
            }
        }
        return object(properties, required);
    }

    private static void personal(FieldRule rule, Map<String, Object> schema) {
        if (rule.personal().isPresent()) {
            String fate = rule.personal().get() == Personal.HASH ? "replaced by a keyed hash" : "dropped";
            schema.merge(
                    "description",
                    "personal: " + fate + " before anything is written",
                    (doc, more) -> doc + "; " + more);
        }
    }

    /** One field's type, and the rule that its values follow. */
    public static Map<String, Object> field(EventType type, String name) {
        Schema.Field field = type.schema().getField(name);
        Map<String, Object> schema = new LinkedHashMap<>(of(field.schema()));
        if (field.doc() != null) {
            schema.put("description", field.doc());
        }
        restrict(schema, type.rule(name));
        return schema;
    }

    /** What labels of the type may say: what the event's own flag could be, as a number. */
    public static Map<String, Object> labelValue(EventType type) {
        return LabelJson.flag(type).map(flag -> labelValue(type, flag)).orElse(Map.of("type", "number"));
    }

    private static Map<String, Object> labelValue(EventType type, Schema.Field flag) {
        if (AvroTypes.nonNull(flag.schema()).getType() == Schema.Type.BOOLEAN) {
            return whole(0, 1);
        }
        Map<String, Object> schema = new LinkedHashMap<>(of(flag.schema()));
        restrict(schema, type.rule(flag.name()));
        return schema;
    }

    /** Event types that are labelled, together where their labels may say the same. */
    public static Map<Map<String, Object>, List<EventType>> byLabelValue(List<EventType> labelled) {
        return labelled.stream()
                .collect(Collectors.groupingBy(JsonSchemas::labelValue, LinkedHashMap::new, Collectors.toList()));
    }

    /** One of these; the only one stands for itself. */
    public static Map<String, Object> anyOf(List<Map<String, Object>> schemas) {
        return schemas.size() == 1 ? schemas.getFirst() : Map.of("anyOf", schemas);
    }

    /** Adds what a rule demands to a schema. */
    public static void restrict(Map<String, Object> schema, FieldRule rule) {
        rule.min().ifPresent(min -> schema.put("minimum", min));
        rule.above().ifPresent(above -> schema.put("exclusiveMinimum", above));
        rule.max().ifPresent(max -> schema.put("maximum", max));
        rule.pattern().ifPresent(pattern -> schema.put("pattern", "^(?:" + pattern.pattern() + ")$"));
    }

    /** An object that has these properties and no others. */
    public static Map<String, Object> object(Map<String, Object> properties, List<String> required) {
        return Map.of("type", "object", "properties", properties, "required", required, "additionalProperties", false);
    }

    /** The same, or null. */
    public static Map<String, Object> orNull(Map<String, Object> schema) {
        Map<String, Object> nullable = new LinkedHashMap<>(schema);
        nullable.computeIfPresent("type", (key, type) -> List.of(type, "null"));
        nullable.computeIfPresent("enum", (key, symbols) -> {
            List<@Nullable Object> all = new ArrayList<>((List<?>) symbols);
            all.add(null);
            return all;
        });
        return nullable;
    }

    /** A value of the type, when it is there. */
    public static Map<String, Object> of(Schema nullable) {
        Schema schema = AvroTypes.nonNull(nullable);
        LogicalType logical = schema.getLogicalType();
        return switch (schema.getType()) {
            case LONG ->
                logical instanceof LogicalTypes.TimestampMillis
                        ? TIME
                        : whole(-EventJson.GREATEST_WHOLE, EventJson.GREATEST_WHOLE);
            case INT -> whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BYTES, FIXED ->
                logical instanceof LogicalTypes.Decimal decimal
                        ? decimal(decimal.getPrecision(), decimal.getScale())
                        : TEXT;
            case DOUBLE, FLOAT -> Map.of("type", "number");
            case BOOLEAN -> Map.of("type", "boolean");
            case ENUM -> Map.of("type", "string", "enum", schema.getEnumSymbols());
            case STRING ->
                AvroTypes.isUuid(schema)
                        ? Map.of("type", "string", "format", "uuid")
                        : Map.of("type", "string", "maxLength", Storable.LONGEST_TEXT, "pattern", "^[^\\u0000]*$");
            case RECORD, ARRAY, MAP, UNION, NULL -> Map.of();
        };
    }

    private static Map<String, Object> whole(long least, long greatest) {
        return Map.of("type", "integer", "minimum", least, "maximum", greatest);
    }

    private static Map<String, Object> decimal(int precision, int scale) {
        BigDecimal unit = BigDecimal.ONE.movePointLeft(scale);
        BigDecimal greatest = BigDecimal.ONE.movePointRight(precision - scale).subtract(unit);
        return Map.of("type", "number", "multipleOf", unit, "minimum", greatest.negate(), "maximum", greatest);
    }

    static Map<String, Object> problem(Map<String, ?> further) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("type", TEXT);
        properties.put("title", TEXT);
        properties.put("status", Map.of("type", "integer"));
        properties.put("code", TEXT);
        properties.put("detail", TEXT);
        properties.putAll(further);
        return Map.of("type", "object", "properties", properties, "required", List.of("status", "code", "detail"));
    }
}

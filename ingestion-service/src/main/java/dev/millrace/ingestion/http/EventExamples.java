package dev.millrace.ingestion.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.LabelJson;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/** Events to paste: they have all that is required, and are accepted. */
final class EventExamples {
    /** Long ago: an event may be late, not early. */
    private static final String TIME = "2026-01-31T12:00:00Z";

    /** What usual patterns ask for. */
    private static final List<String> TEXTS = List.of(
            "example", "a", "A", "AB", "ABC", "ABCD", "1", "12", "123", "1234", "12345", "a1", "A1", "a-1", "a@b.org");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private EventExamples() {}

    /** Empty when none could be made that is accepted. */
    static Optional<Map<String, Object>> event(EventType type) {
        Map<String, Object> event = new LinkedHashMap<>();
        for (Schema.Field field : type.schema().getFields()) {
            if (!field.schema().isNullable()) {
                event.put(field.name(), value(field.schema(), type.rule(field.name())));
            }
        }
        try {
            var unused = read(type, event);
            return Optional.of(event);
        } catch (InvalidEventException e) {
            return Optional.empty();
        }
    }

    private static GenericRecord read(EventType type, Map<String, Object> event) {
        return new EventJson(type).read(JSON.valueToTree(event));
    }

    /** A label of the example of an event. */
    static Optional<Map<String, Object>> label(EventType type, Set<String> entityFields) {
        return event(type).map(event -> {
            GenericRecord read = read(type, event);
            Map<String, Object> entities = new TreeMap<>(event);
            entities.keySet().retainAll(entityFields);
            Map<String, Object> label = new LinkedHashMap<>();
            label.put("event_type", type.name());
            label.put("event_id", type.id(read));
            label.put("timestamp", TIME);
            label.put("key", type.key(read));
            label.put("entities", entities);
            label.put(LabelJson.VALUE, labelValue(type));
            return label;
        });
    }

    /** What the event's own flag could be. */
    private static Object labelValue(EventType type) {
        return LabelJson.flag(type)
                .filter(flag -> AvroTypes.nonNull(flag.schema()).getType() != Schema.Type.BOOLEAN)
                .map(flag -> value(AvroTypes.nonNull(flag.schema()), type.rule(flag.name())))
                .orElse(1);
    }

    private static Object value(Schema schema, FieldRule rule) {
        LogicalType logical = schema.getLogicalType();
        return switch (schema.getType()) {
            case STRING -> AvroTypes.isUuid(schema) ? "3f2c8a4e-5b1d-4c7a-9e60-8d2f1b7a6c53" : text(rule);
            case LONG -> logical instanceof LogicalTypes.TimestampMillis ? TIME : number(rule, 0);
            case BYTES, FIXED ->
                logical instanceof LogicalTypes.Decimal decimal ? number(rule, decimal.getScale()) : "";
            case INT -> number(rule, 0);
            case DOUBLE, FLOAT -> number(rule, 2);
            case BOOLEAN -> true;
            case ENUM -> schema.getEnumSymbols().getFirst();
            case RECORD, ARRAY, MAP, UNION, NULL -> "";
        };
    }

    private static String text(FieldRule rule) {
        return TEXTS.stream()
                .filter(text -> rule.violation(text).isEmpty())
                .findFirst()
                .orElse("");
    }

    /** The least number of so many decimal places that a rule allows, from 1 on where it allows that. */
    private static BigDecimal number(FieldRule rule, int scale) {
        BigDecimal one = BigDecimal.ONE.setScale(scale);
        if (rule.violation(one).isEmpty()) {
            return one;
        }
        BigDecimal step = BigDecimal.ONE.movePointLeft(scale);
        return rule.above()
                .map(above -> above.setScale(scale, RoundingMode.FLOOR).add(step))
                .or(() -> rule.min().map(min -> min.setScale(scale, RoundingMode.CEILING)))
                .or(() -> rule.max().map(max -> max.setScale(scale, RoundingMode.FLOOR)))
                .orElse(one);
    }
}

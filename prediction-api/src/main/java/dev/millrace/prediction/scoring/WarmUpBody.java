package dev.millrace.prediction.scoring;

import dev.millrace.prediction.usecase.Example;
import dev.millrace.prediction.web.Json;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** The body of a request to warm up with: its use case's own example, or else one that is made up and may break a rule. */
public final class WarmUpBody {

    private final List<Example> examples;

    public WarmUpBody(List<Example> examples) {
        this.examples = List.copyOf(examples);
    }

    byte[] of(ServeDefinition serve, EventType rows) {
        return examples.stream()
                .filter(example -> example.path().equals(serve.path()))
                .findFirst()
                .map(example -> Json.bytes(example.body()))
                .orElseGet(() -> Json.bytes(madeUp(serve, rows)));
    }

    /** An entity that nobody has seen. */
    private static Map<String, Object> madeUp(ServeDefinition serve, EventType rows) {
        Map<String, Object> fields = new TreeMap<>();
        for (RequestField field : serve.request()) {
            Schema.Field known = rows.schema().getField(field.name());
            if (known != null && !field.rule().optional()) {
                fields.put(field.name(), value(known.schema(), field.rule()));
            }
        }
        return fields;
    }

    private static Object value(Schema schema, FieldRule rule) {
        BigDecimal number = rule.above().or(rule::min).orElse(BigDecimal.ZERO).add(BigDecimal.ONE);
        return switch (schema.getType()) {
            case UNION -> value(schema.getTypes().getLast(), rule);
            case BYTES, FIXED ->
                schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
                        ? number.setScale(decimal.getScale())
                        : "";
            case LONG -> number.longValue();
            case INT -> number.intValue();
            case DOUBLE, FLOAT -> number.doubleValue();
            case BOOLEAN -> true;
            case STRING, ENUM, RECORD, ARRAY, MAP, NULL -> "";
        };
    }
}

package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.prediction.web.Json;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The body of a request to warm up with: the use case's own example, or else one that is made up and may break a rule. */
public final class WarmUpBody {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUpBody.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path example;

    /** @param example the use case's {@code example.json}, which need not be there */
    public WarmUpBody(Path example) {
        this.example = example;
    }

    byte[] of(ServeDefinition serve, EventType rows) {
        try {
            if (Files.exists(example)) {
                JsonNode json = JSON.readTree(Files.readAllBytes(example));
                if (json.path("path").asText().equals(serve.path())) {
                    return Json.bytes(json.path("body"));
                }
            }
        } catch (IOException e) {
            LOG.warn("cannot read {}, a made-up request is used to warm up: {}", example, e.toString());
        }
        return Json.bytes(madeUp(serve, rows));
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

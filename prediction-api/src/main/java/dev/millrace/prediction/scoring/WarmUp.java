package dev.millrace.prediction.scoring;

import dev.millrace.prediction.web.Json;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.springframework.context.SmartLifecycle;

/** Runs made-up requests through everything but HTTP and the model before the first real one comes: cold code would miss the deadline. */
public final class WarmUp implements SmartLifecycle {

    private static final int ROUNDS = 3_000;
    private static final long LONGEST_NANOS = Duration.ofSeconds(2).toNanos();

    private final Endpoints endpoints;
    private volatile boolean running;

    public WarmUp(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    @Override
    public void start() {
        long end = System.nanoTime() + LONGEST_NANOS;
        for (Endpoints.Endpoint endpoint : endpoints.all()) {
            byte[] body = Json.bytes(madeUp(endpoint));
            for (int i = 0; i < ROUNDS && System.nanoTime() < end; i++) {
                endpoint.rehearse(body);
            }
        }
        running = true;
    }

    /** An entity that nobody has seen. */
    private static Map<String, Object> madeUp(Endpoints.Endpoint endpoint) {
        Map<String, Object> fields = new HashMap<>();
        for (RequestField field : endpoint.serve().request()) {
            Schema.Field known = endpoint.rows().schema().getField(field.name());
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

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** After the store, before the web server. */
    @Override
    public int getPhase() {
        return 1;
    }
}

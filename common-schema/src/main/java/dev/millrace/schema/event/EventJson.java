package dev.millrace.schema.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.event.InvalidEventException.Violation;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** JSON to a validated event of one type. Knows no time: what is too early is ingestion's to say. Thread-safe. */
public final class EventJson {
    /** Digits of a number that sums stay exact for. */
    static final int LARGEST_PRECISION = 12;

    /** Of a whole number, to either side of 0. */
    public static final long GREATEST_WHOLE = (long) StrictMath.pow(10, LARGEST_PRECISION) - 1;

    private static final String NO_UUID = "expected a UUID of 36 characters";

    private final EventType type;

    public EventJson(EventType type) {
        this.type = type;
    }

    /**
     * @param json read with exact decimals
     * @throws InvalidEventException names every field that is wrong
     */
    public GenericRecord read(JsonNode json) {
        if (!json.isObject()) {
            throw new InvalidEventException(
                    "",
                    "wrong-type",
                    "expected a JSON object with the fields of " + type.name() + ", found " + kind(json));
        }
        UnknownFields unknown = new UnknownFields(type.name(), type::fieldNames);
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (type.schema().getField(name) == null) {
                unknown.add(name);
            }
        }
        List<Violation> violations = unknown.violations();
        GenericRecord event = new GenericData.Record(type.schema());
        for (Schema.Field field : type.schema().getFields()) {
            try {
                event.put(field.pos(), value(field, json.get(field.name())));
            } catch (InvalidEventException e) {
                violations.addAll(e.violations());
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidEventException(violations);
        }
        return event;
    }

    /**
     * The value of one field, as an event has it.
     *
     * @throws InvalidEventException when the value is none of the field's type, or breaks its rule
     */
    public @Nullable Object value(String field, JsonNode json) {
        return value(type.schema().getField(field), json);
    }

    private @Nullable Object value(Schema.Field field, @Nullable JsonNode json) {
        if (json == null || json.isNull() || json.isMissingNode()) {
            if (field.schema().isNullable()) {
                return null;
            }
            throw new InvalidEventException(field.name(), "missing-field", "'" + field.name() + "' is missing");
        }
        Schema schema = AvroTypes.nonNull(field.schema());
        FieldRule rule = type.rules().get(field.name());
        Reading reading = reading(field.name());
        Object value = reading.value(schema, json);
        if (rule != null) {
            rule.violation(value).ifPresent(expected -> {
                throw reading.violation("out-of-range", expected, json);
            });
        }
        return value;
    }

    /** What is wrong with a value of a field, or of something under its name: a personal datum is not repeated. */
    public InvalidEventException violation(String field, String code, String expected, JsonNode found) {
        return reading(field).violation(code, expected, found);
    }

    private Reading reading(String field) {
        FieldRule rule = type.rules().get(field);
        return new Reading(field, rule != null && rule.personal().isPresent());
    }

    private static String kind(JsonNode json) {
        return json.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    /** One field being read. */
    private record Reading(String field, boolean personal) {
        InvalidEventException violation(String code, String expected, JsonNode found) {
            String shown = personal ? "a value that is not shown" : found.toString();
            String cut = shown.length() > 80 ? shown.substring(0, 80) + "…" : shown;
            return new InvalidEventException(field, code, "'" + field + "': " + expected + ", found " + cut);
        }

        Object value(Schema schema, JsonNode json) {
            LogicalType logical = schema.getLogicalType();
            return switch (schema.getType()) {
                case BYTES, FIXED ->
                    logical instanceof LogicalTypes.Decimal decimal ? decimal(decimal, json) : unsupported(schema);
                case LONG -> logical instanceof LogicalTypes.TimestampMillis ? timestamp(json) : whole(json);
                case INT -> Math.toIntExact(whole(json, Integer.MIN_VALUE, Integer.MAX_VALUE));
                case STRING -> AvroTypes.isUuid(schema) ? uuid(json) : text(json);
                case DOUBLE -> finite(number(json).doubleValue(), json);
                case FLOAT -> (float) finite(number(json).floatValue(), json);
                case BOOLEAN -> bool(json);
                case ENUM -> symbol(schema, json);
                case RECORD, ARRAY, MAP, UNION, NULL -> unsupported(schema);
            };
        }

        private Object unsupported(Schema schema) {
            throw new InvalidEventException(
                    field,
                    "unsupported-type",
                    "'" + field + "' has the type " + schema.getType() + ", which events cannot have");
        }

        private BigDecimal number(JsonNode json) {
            if (!json.isNumber()) {
                throw violation("wrong-type", "expected a number", json);
            }
            return json.decimalValue();
        }

        private BigDecimal decimal(LogicalTypes.Decimal type, JsonNode json) {
            BigDecimal number = number(json);
            // Before any arithmetic: 1e999999999 must not be written out, and 100e2147483647 has no exponent left to
            // shorten it.
            if (wholeDigits(number) > type.getPrecision() - type.getScale()) {
                throw violation("out-of-range", "expected at most " + type.getPrecision() + " digits", json);
            }
            BigDecimal shortest = number.stripTrailingZeros();
            if (shortest.scale() > type.getScale()) {
                throw violation("too-precise", "expected at most " + type.getScale() + " decimal places", json);
            }
            return shortest.setScale(type.getScale());
        }

        /** Digits before the point; fewer than 1 of a fraction, and of 0. More than an int holds where the exponent is large. */
        private static long wholeDigits(BigDecimal number) {
            return number.signum() == 0 ? 0 : (long) number.precision() - number.scale();
        }

        private double finite(double number, JsonNode json) {
            if (!Double.isFinite(number)) {
                throw violation("out-of-range", "expected a number that its type can hold", json);
            }
            return number;
        }

        private long whole(JsonNode json) {
            return whole(json, -GREATEST_WHOLE, GREATEST_WHOLE);
        }

        private long whole(JsonNode json, long least, long greatest) {
            BigDecimal number = number(json);
            if (wholeDigits(number) > 19 || number.stripTrailingZeros().scale() > 0) {
                throw violation("wrong-type", "expected a whole number", json);
            }
            BigDecimal low = BigDecimal.valueOf(least);
            if (number.compareTo(low) < 0 || number.compareTo(BigDecimal.valueOf(greatest)) > 0) {
                throw violation(
                        "out-of-range", "expected a whole number of at most " + LARGEST_PRECISION + " digits", json);
            }
            return number.longValueExact();
        }

        private long timestamp(JsonNode json) {
            if (!json.isTextual()) {
                throw violation("wrong-type", Storable.EXPECTED_MOMENT, json);
            }
            try {
                return Storable.moment(json.textValue());
            } catch (DateTimeException e) {
                throw violation("bad-timestamp", Storable.EXPECTED_MOMENT, json);
            }
        }

        private String uuid(JsonNode json) {
            String text = anyText(json);
            try {
                String canonical = UUID.fromString(text).toString();
                if (canonical.equalsIgnoreCase(text)) {
                    return canonical;
                }
            } catch (IllegalArgumentException e) {
                // Its message repeats the value, which may be personal.
                throw violation("bad-uuid", NO_UUID, json);
            }
            throw violation("bad-uuid", NO_UUID, json);
        }

        private String text(JsonNode json) {
            String text = anyText(json);
            if (!Storable.isText(text)) {
                throw violation("out-of-range", Storable.EXPECTED_TEXT, json);
            }
            return text;
        }

        private String anyText(JsonNode json) {
            if (!json.isTextual()) {
                throw violation("wrong-type", "expected text", json);
            }
            return json.textValue();
        }

        private boolean bool(JsonNode json) {
            if (!json.isBoolean()) {
                throw violation("wrong-type", "expected true or false", json);
            }
            return json.booleanValue();
        }

        private Object symbol(Schema schema, JsonNode json) {
            if (!schema.hasEnumSymbol(anyText(json))) {
                throw violation("out-of-range", "expected one of " + schema.getEnumSymbols(), json);
            }
            return new GenericData.EnumSymbol(schema, json.textValue());
        }
    }
}

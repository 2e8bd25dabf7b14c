package dev.millrace.schema.event;

import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** What a field's values must meet beyond its schema, so that every store can hold them: ingestion writes no others. */
final class StorableField {
    private final String name;
    private final Schema schema;
    private final boolean isPersonal;
    private final boolean isUuid;
    private final int digits;
    private final boolean isMoment;

    StorableField(EventType type, Schema.Field field) {
        FieldRule rule = type.rules().get(field.name());
        this.name = field.name();
        this.schema = AvroTypes.nonNull(field.schema());
        this.isPersonal = rule != null && rule.personal().isPresent();
        this.isUuid = AvroTypes.isUuid(schema);
        this.digits = schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
                ? decimal.getPrecision()
                : EventJson.LARGEST_PRECISION;
        this.isMoment = schema.getLogicalType() instanceof LogicalTypes.TimestampMillis;
    }

    /** @throws CorruptRecordException when a store could not hold it */
    void check(@Nullable Object value) {
        switch (value) {
            case CharSequence text -> requireText(name, text.toString());
            case BigDecimal decimal -> requireDigits(decimal);
            case Long whole when isMoment -> requireMoment(name, whole);
            case Long whole -> requireDigits(BigDecimal.valueOf(whole));
            case Double number -> requireFinite(name, number);
            case Float number -> requireFinite(name, number);
            case null, default -> {
                // Each of its values can be held.
            }
        }
    }

    /**
     * The same of a value as keys have it. It is written as an event's would be: another writing of the same value would be another
     * key, and in a table of windows the same.
     *
     * @throws CorruptRecordException when it is no value of the field, or a store could not hold it
     */
    void checkText(String text) {
        requireText(name, text);
        Object value;
        try {
            value = value(text);
        } catch (IllegalArgumentException e) {
            throw noValue(text, e);
        }
        if (!value.toString().equals(text)) {
            throw noValue(text, null);
        }
        check(value);
    }

    private Object value(String text) {
        return switch (schema.getType()) {
            case LONG -> Long.valueOf(text);
            case INT -> Integer.valueOf(text);
            case DOUBLE -> Double.valueOf(text);
            case FLOAT -> Float.valueOf(text);
            case BOOLEAN -> Boolean.valueOf(text);
            case BYTES, FIXED ->
                schema.getLogicalType() instanceof LogicalTypes.Decimal type ? decimal(type, text) : text;
            case STRING -> isUuid ? UUID.fromString(text) : text;
            case ENUM -> schema.hasEnumSymbol(text) ? text : "";
            case RECORD, ARRAY, MAP, UNION, NULL -> text;
        };
    }

    private static Object decimal(LogicalTypes.Decimal type, String text) {
        BigDecimal number = new BigDecimal(text);
        return number.scale() == type.getScale() ? number : "";
    }

    private CorruptRecordException noValue(String text, @Nullable Exception cause) {
        LogicalType logical = schema.getLogicalType();
        String type = logical == null ? schema.getType().name().toLowerCase(Locale.ROOT) : logical.getName();
        String found = isPersonal ? "a text that is not shown" : "'" + text + "'";
        return new CorruptRecordException(
                "'" + name + "': expected the text of a " + type + " as its events have it, found " + found, cause);
    }

    private void requireDigits(BigDecimal number) {
        if (number.precision() > digits) {
            throw new CorruptRecordException("'%s': expected a number of at most %d digits, found %d"
                    .formatted(name, digits, number.precision()));
        }
    }

    static void requireFinite(String field, double number) {
        if (!Double.isFinite(number)) {
            throw new CorruptRecordException("'" + field + "': expected a finite number, found " + number);
        }
    }

    static void requireText(String field, String text) {
        if (!Storable.isText(text)) {
            throw new CorruptRecordException("'" + field + "': " + Storable.EXPECTED_TEXT);
        }
    }

    static void requireMoment(String field, long epochMillis) {
        if (!Storable.isMoment(epochMillis)) {
            throw new CorruptRecordException(
                    "'%s': %s, found %d ms since 1970".formatted(field, Storable.EXPECTED_MOMENT, epochMillis));
        }
    }
}

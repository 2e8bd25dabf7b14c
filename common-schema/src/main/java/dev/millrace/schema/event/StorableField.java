package dev.millrace.schema.event;

import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import java.math.BigDecimal;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** What a field's values must meet beyond its schema, so that every store can hold them: ingestion writes no others. */
final class StorableField {
    private final String name;
    private final int digits;
    private final boolean isMoment;

    StorableField(Schema.Field field) {
        Schema schema = AvroTypes.nonNull(field.schema());
        this.name = field.name();
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

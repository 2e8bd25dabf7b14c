package dev.millrace.feature.expression;

import dev.millrace.schema.definition.AvroTypes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * The names that an expression may use, with their types.
 *
 * @param types by name; a dot is part of a name
 */
public record Variables(Map<String, Type> types) {
    public Variables {
        types = Map.copyOf(types);
    }

    /** What a name stands for. Missing numbers are NaN, missing texts are empty. */
    public enum Type {
        /** A double. */
        NUMBER,
        /** Epoch milliseconds: for functions of time only. */
        TIME,
        TEXT,
        /** 1 or 0 in features; true or false here. */
        CONDITION
    }

    /** The fields of an event. Those of a type that no expression can use are left out. */
    public static Variables ofFields(Schema record) {
        Map<String, Type> types = new LinkedHashMap<>();
        for (Schema.Field field : record.getFields()) {
            type(field.schema()).ifPresent(type -> types.put(field.name(), type));
        }
        return new Variables(types);
    }

    private static Optional<Type> type(Schema nullable) {
        Schema schema = AvroTypes.nonNull(nullable);
        return switch (schema.getType()) {
            case LONG ->
                Optional.of(schema.getLogicalType() instanceof LogicalTypes.TimestampMillis ? Type.TIME : Type.NUMBER);
            case INT, FLOAT, DOUBLE -> Optional.of(Type.NUMBER);
            case BYTES, FIXED ->
                schema.getLogicalType() instanceof LogicalTypes.Decimal ? Optional.of(Type.NUMBER) : Optional.empty();
            case STRING, ENUM -> Optional.of(Type.TEXT);
            case BOOLEAN -> Optional.of(Type.CONDITION);
            case RECORD, ARRAY, MAP, UNION, NULL -> Optional.empty();
        };
    }

    public Variables and(Map<String, Type> further) {
        Map<String, Type> all = new LinkedHashMap<>(types);
        all.putAll(further);
        return new Variables(all);
    }
}

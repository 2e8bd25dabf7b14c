package dev.millrace.schema.definition;

import org.apache.avro.LogicalType;
import org.apache.avro.Schema;

/** What Avro's own API leaves to its users. */
public final class AvroTypes {
    private AvroTypes() {}

    /** The type of a field's values where it has one: the first of a union that is not null. */
    public static Schema nonNull(Schema schema) {
        if (!schema.isUnion()) {
            return schema;
        }
        for (Schema type : schema.getTypes()) {
            if (type.getType() != Schema.Type.NULL) {
                return type;
            }
        }
        throw new IllegalArgumentException("Expected a type beside null, found " + schema);
    }

    /** Whether a field's values are UUIDs, written as texts. */
    public static boolean isUuid(Schema schema) {
        LogicalType logical = nonNull(schema).getLogicalType();
        return logical != null && logical.getName().equals("uuid");
    }
}

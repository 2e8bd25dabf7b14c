package dev.millrace.schema.definition;

import org.apache.avro.Schema;

/** What Avro's own API leaves to its users. */
public final class AvroTypes {
    private AvroTypes() {}

    /** The type of a field's values where it has one: the first of a union that is not null. */
    public static Schema nonNull(Schema schema) {
        return schema.isUnion()
                ? schema.getTypes().stream()
                        .filter(type -> type.getType() != Schema.Type.NULL)
                        .findFirst()
                        .orElseThrow()
                : schema;
    }
}

package dev.millrace.lake;

import dev.millrace.lake.Columns.Column;
import dev.millrace.schema.definition.AvroTypes;
import java.math.BigDecimal;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * One field of an event as a column.
 *
 * @param place in a row
 */
record FieldColumn(Schema.Field field, int place) {

    Column column() {
        return new Column(field.name(), type());
    }

    private DataType type() {
        Schema schema = AvroTypes.nonNull(field.schema());
        return switch (schema.getType()) {
            case BYTES, FIXED ->
                schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
                        ? DataTypes.createDecimalType(decimal.getPrecision(), decimal.getScale())
                        : unsupported(schema);
            case LONG ->
                schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
                        ? DataTypes.TimestampType
                        : DataTypes.LongType;
            case INT -> DataTypes.IntegerType;
            case DOUBLE -> DataTypes.DoubleType;
            case FLOAT -> DataTypes.FloatType;
            case BOOLEAN -> DataTypes.BooleanType;
            case STRING, ENUM -> DataTypes.StringType;
            case RECORD, ARRAY, MAP, UNION, NULL -> unsupported(schema);
        };
    }

    private DataType unsupported(Schema schema) {
        throw new LakeException("The lake has no column for '" + field.name() + "': it has the type " + schema.getType()
                + ", which events cannot have");
    }

    @Nullable
    Object toRow(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case CharSequence text -> text.toString();
            case GenericData.EnumSymbol symbol -> symbol.toString();
            case Object other -> other;
        };
    }

    /** As decoding gives it. */
    @Nullable
    Object fromRow(@Nullable Object value) {
        Schema schema = AvroTypes.nonNull(field.schema());
        return switch (value) {
            case null -> null;
            case BigDecimal decimal
            when schema.getLogicalType() instanceof LogicalTypes.Decimal type -> decimal.setScale(type.getScale());
            case String text when schema.getType() == Schema.Type.ENUM -> new GenericData.EnumSymbol(schema, text);
            case Object other -> other;
        };
    }
}

package dev.millrace.ingestion.landing;

import dev.millrace.schema.definition.AvroTypes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.avro.LogicalTypes;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Events of one type as an Arrow IPC file: their fields, and where and when they came. Thread-safe. */
final class ArrowEvents implements AutoCloseable {
    private static final ArrowType UTC_MILLIS = new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC");
    private static final ArrowType LONG = new ArrowType.Int(64, true);
    private static final ArrowType INT = new ArrowType.Int(32, true);

    private final BufferAllocator allocator = new RootAllocator();

    /** @param arrivalTime epoch milliseconds */
    record Landed(GenericRecord event, long arrivalTime, int partition, long offset) {}

    /** @param events of one schema, at least one */
    byte[] file(List<Landed> events) {
        org.apache.avro.Schema schema = events.getFirst().event().getSchema();
        List<Field> fields = new ArrayList<>();
        for (org.apache.avro.Schema.Field field : schema.getFields()) {
            fields.add(new Field(
                    field.name(),
                    new FieldType(field.schema().isNullable(), arrowType(AvroTypes.nonNull(field.schema())), null),
                    null));
        }
        fields.add(Field.notNullable("_arrival_time", UTC_MILLIS));
        fields.add(Field.notNullable("_partition", INT));
        fields.add(Field.notNullable("_offset", LONG));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(fields), allocator);
                ArrowFileWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(bytes))) {
            root.allocateNew();
            int columns = schema.getFields().size();
            for (int row = 0; row < events.size(); row++) {
                Landed landed = events.get(row);
                for (int column = 0; column < columns; column++) {
                    set(root.getVector(column), row, landed.event().get(column));
                }
                set(root.getVector(columns), row, landed.arrivalTime());
                set(root.getVector(columns + 1), row, landed.partition());
                set(root.getVector(columns + 2), row, landed.offset());
            }
            root.setRowCount(events.size());
            writer.start();
            writer.writeBatch();
            writer.end();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write an Arrow file in memory", e);
        }
        return bytes.toByteArray();
    }

    private static ArrowType arrowType(org.apache.avro.Schema schema) {
        return switch (schema.getType()) {
            case BYTES, FIXED ->
                schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
                        ? new ArrowType.Decimal(decimal.getPrecision(), decimal.getScale(), 128)
                        : ArrowType.Utf8.INSTANCE;
            case LONG -> schema.getLogicalType() instanceof LogicalTypes.TimestampMillis ? UTC_MILLIS : LONG;
            case INT -> INT;
            case DOUBLE, FLOAT -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case BOOLEAN -> ArrowType.Bool.INSTANCE;
            case STRING, ENUM, MAP, ARRAY, RECORD, UNION, NULL -> ArrowType.Utf8.INSTANCE;
        };
    }

    private static void set(FieldVector vector, int row, @Nullable Object value) {
        if (value == null) {
            vector.setNull(row);
            return;
        }
        switch (vector) {
            case DecimalVector decimals -> decimals.setSafe(row, (BigDecimal) value);
            case TimeStampMilliTZVector times -> times.setSafe(row, (Long) value);
            case BigIntVector longs -> longs.setSafe(row, (Long) value);
            case IntVector ints -> ints.setSafe(row, (Integer) value);
            case Float8Vector doubles -> doubles.setSafe(row, ((Number) value).doubleValue());
            case BitVector bits -> bits.setSafe(row, (Boolean) value ? 1 : 0);
            case VarCharVector texts -> texts.setSafe(row, value.toString().getBytes(StandardCharsets.UTF_8));
            default ->
                throw new IllegalStateException(
                        "No column is a " + vector.getClass().getSimpleName());
        }
    }

    @Override
    public void close() {
        allocator.close();
    }
}

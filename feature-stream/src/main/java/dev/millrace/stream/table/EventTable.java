package dev.millrace.stream.table;

import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** The table of one event type: its fields, and where and when each event came. */
final class EventTable {
    private final EventType type;

    EventTable(EventType type) {
        this.type = type;
    }

    String name() {
        return type.name();
    }

    void create(Connection connection) throws SQLException {
        String columns = type.schema().getFields().stream()
                .map(field -> "  " + Sql.name(field.name()) + " " + sqlType(field.schema())
                        + (field.schema().isNullable() ? "" : " not null"))
                .collect(Collectors.joining(",\n"));
        String table = Sql.name(name());
        Sql.execute(
                connection,
                "create table if not exists " + table + " (\n" + columns + ",\n"
                        + "  topic_id text not null, kafka_partition integer not null, kafka_offset bigint not null,\n"
                        + "  arrival_time timestamptz not null, sink_batch bigint not null,\n"
                        + "  primary key (" + Sql.names(List.of(type.idField(), type.timeField())) + "))\n"
                        + "partition by range (" + Sql.name(type.timeField()) + ")");
        Sql.execute(
                connection,
                "create index if not exists " + Sql.name(name() + "_by_key") + " on " + table + " ("
                        + Sql.names(type.keyFields()) + ", " + Sql.name(type.timeField()) + ")");
        Sql.execute(
                connection,
                "create index if not exists " + Sql.name(name() + "_by_time") + " on " + table + " ("
                        + Sql.name(type.timeField()) + ")");
    }

    static String sqlType(Schema nullable) {
        Schema schema = AvroTypes.nonNull(nullable);
        LogicalType logical = schema.getLogicalType();
        return switch (schema.getType()) {
            case BYTES, FIXED ->
                logical instanceof LogicalTypes.Decimal decimal
                        ? "numeric(" + decimal.getPrecision() + "," + decimal.getScale() + ")"
                        : "bytea";
            case LONG -> logical instanceof LogicalTypes.TimestampMillis ? "timestamptz" : "bigint";
            case INT -> "integer";
            case DOUBLE -> "double precision";
            case FLOAT -> "real";
            case BOOLEAN -> "boolean";
            case STRING -> AvroTypes.isUuid(schema) ? "uuid" : "text";
            case ENUM, RECORD, ARRAY, MAP, UNION, NULL -> "text";
        };
    }

    Instant time(GenericRecord event) {
        return Instant.ofEpochMilli(type.time(event));
    }

    List<@Nullable Object> row(GenericRecord event, Origin origin) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Schema.Field field : type.schema().getFields()) {
            Object value = event.get(field.name());
            values.add(
                    value instanceof Long millis && sqlType(field.schema()).equals("timestamptz")
                            ? Instant.ofEpochMilli(millis)
                            : value);
        }
        values.addAll(origin.columns());
        return values;
    }

    /** Where and when a record came. */
    record Origin(String topicId, int partition, long offset, Instant arrival, long batch) {
        List<Object> columns() {
            return List.of(topicId, partition, offset, arrival, batch);
        }
    }
}

package dev.millrace.stream.table;

import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** The table of one event type: its fields, and where and when each event came. */
final class EventTable {
    static final String TIME = "timestamp with time zone";

    private final EventType type;
    private final List<Column> columns;

    EventTable(EventType type) {
        this.type = type;
        this.columns = Stream.concat(
                        type.schema().getFields().stream()
                                .map(field -> new Column(
                                        field.name(),
                                        sqlType(field.schema()),
                                        !field.schema().isNullable())),
                        Origin.COLUMNS.stream())
                .toList();
    }

    String name() {
        return type.name();
    }

    /** In the order of {@link #row}. */
    List<String> columns() {
        return Column.names(columns);
    }

    void create(Connection connection, TableCheck check) throws SQLException {
        String table = Sql.name(name());
        Sql.execute(
                connection,
                "create table if not exists " + table + " ("
                        + columns.stream().map(Column::definition).collect(Collectors.joining(", "))
                        + ", primary key (" + Sql.names(List.of(type.idField(), type.timeField())) + ")) "
                        + "partition by range (" + Sql.name(type.timeField()) + ")");
        check.check(name(), columns);
        Sql.execute(
                connection,
                "create index if not exists " + Sql.name(Sql.fitting(name() + "_by_key")) + " on " + table + " ("
                        + Sql.names(type.keyFields()) + ", " + Sql.name(type.timeField()) + ")");
        Sql.execute(
                connection,
                "create index if not exists " + Sql.name(Sql.fitting(name() + "_by_time")) + " on " + table + " ("
                        + Sql.name(type.timeField()) + ")");
    }

    /** As PostgreSQL writes it. */
    static String sqlType(Schema nullable) {
        Schema schema = AvroTypes.nonNull(nullable);
        LogicalType logical = schema.getLogicalType();
        return switch (schema.getType()) {
            case BYTES, FIXED ->
                logical instanceof LogicalTypes.Decimal decimal
                        ? "numeric(" + decimal.getPrecision() + "," + decimal.getScale() + ")"
                        : "bytea";
            case LONG -> logical instanceof LogicalTypes.TimestampMillis ? TIME : "bigint";
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
                    value instanceof Long millis && sqlType(field.schema()).equals(TIME)
                            ? Instant.ofEpochMilli(millis)
                            : value);
        }
        values.addAll(origin.values());
        return values;
    }

    /** Where and when a record came. */
    record Origin(String topicId, int partition, long offset, Instant arrival, long batch) {
        static final List<Column> COLUMNS = List.of(
                new Column("topic_id", "text", true),
                new Column("kafka_partition", "integer", true),
                new Column("kafka_offset", "bigint", true),
                new Column("arrival_time", TIME, true),
                new Column("sink_batch", "bigint", true));

        List<Object> values() {
            return List.of(topicId, partition, offset, arrival, batch);
        }
    }
}

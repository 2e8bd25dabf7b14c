package dev.millrace.training.history;

import dev.millrace.feature.SourceRecord;
import dev.millrace.lake.Position;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** The table of one event type, read back as events. */
final class EventTable {

    private final EventType type;
    private final List<Column> columns = new ArrayList<>();

    EventTable(EventType type) {
        this.type = type;
        type.schema().getFields().forEach(field -> columns.add(new Column(field.name(), reader(field.schema()))));
    }

    private record Column(String name, Reader reader) {}

    /** Reads a value as events have it: exact decimals, times as epoch milliseconds. */
    @FunctionalInterface
    private interface Reader {
        @Nullable
        Object of(ResultSet row, String column) throws SQLException;
    }

    private static Reader reader(Schema nullable) {
        Schema schema = AvroTypes.nonNull(nullable);
        return switch (schema.getType()) {
            case LONG ->
                schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
                        ? EventTable::millis
                        : (row, column) -> row.getObject(column, Long.class);
            case INT -> (row, column) -> row.getObject(column, Integer.class);
            case DOUBLE -> (row, column) -> row.getObject(column, Double.class);
            case FLOAT -> (row, column) -> row.getObject(column, Float.class);
            case BOOLEAN -> (row, column) -> row.getObject(column, Boolean.class);
            case BYTES, FIXED ->
                schema.getLogicalType() instanceof LogicalTypes.Decimal
                        ? ResultSet::getBigDecimal
                        : ResultSet::getBytes;
            case STRING, ENUM, RECORD, ARRAY, MAP, UNION, NULL -> ResultSet::getString;
        };
    }

    static @Nullable Long millis(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : (Long) time.toInstant().toEpochMilli();
    }

    static Position position(ResultSet row) throws SQLException {
        return new Position(
                row.getObject("arrival_time", OffsetDateTime.class).toInstant().toEpochMilli(),
                row.getString("topic_id"),
                row.getInt("kafka_partition"),
                row.getLong("kafka_offset"));
    }

    static String name(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    /** Parameters: the least event time, and the greatest arrival time. */
    String sql() {
        return "select "
                + columns.stream().map(column -> name(column.name())).collect(Collectors.joining(", "))
                + ", topic_id, kafka_partition, kafka_offset, arrival_time from " + name(type.name()) + " where "
                + name(type.timeField())
                + " >= ? and arrival_time <= ?"
                + " order by arrival_time, topic_id collate \"C\", kafka_partition, kafka_offset";
    }

    Arrived.Event event(ResultSet row) throws SQLException {
        Map<String, @Nullable Object> fields = HashMap.newHashMap(columns.size());
        for (Column column : columns) {
            fields.put(column.name(), column.reader().of(row, column.name()));
        }
        Long time = (Long) fields.get(type.timeField());
        if (time == null) {
            throw new SQLException("The table " + type.name() + " has a row without " + type.timeField());
        }
        SourceRecord record = new SourceRecord(String.valueOf(fields.get(type.idField())), time, 0, fields::get);
        return new Arrived.Event(position(row), type, record);
    }
}

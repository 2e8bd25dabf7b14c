package dev.millrace.schema.mapping;

import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.MappingDefinition;
import dev.millrace.schema.definition.MappingDefinition.Column;
import dev.millrace.schema.generator.SourceEvent;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.function.Function;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** One mapping, ready to turn rows into events. Thread-safe. */
public final class FileMapping {
    private static final UUID NAME_SPACE = UUID.fromString("6ba7b812-9dad-11d1-80b4-00c04fd430c8");

    private static final Object ABSENT = new Object();

    private final MappingDefinition definition;
    private final EventType event;
    private final Map<String, Function<Row, Object>> fields = new HashMap<>();

    public FileMapping(MappingDefinition definition, EventType event) {
        this.definition = definition;
        this.event = event;
        definition.fields().forEach((field, column) -> {
            Function<Row, Object> reader = reader(field, column);
            fields.put(field, row -> row.get(column.name()).isEmpty() ? ABSENT : reader.apply(row));
        });
    }

    /** A row's text by column; the empty text when the column has none. */
    @FunctionalInterface
    public interface Row {
        String get(String column);
    }

    /** The columns that a file must have. */
    public List<String> columns() {
        List<String> columns = new ArrayList<>(
                definition.fields().values().stream().map(Column::name).toList());
        definition.label().ifPresent(columns::add);
        return columns;
    }

    public boolean reads(Collection<String> header) {
        return header.containsAll(columns());
    }

    /** @throws IllegalArgumentException when a value is not of its field's type, or there is no time */
    public SourceEvent map(Row row) {
        Map<String, Object> values = new HashMap<>();
        fields.forEach((field, reader) -> values.put(field, reader.apply(row)));
        values.values().removeIf(value -> value == ABSENT);
        OptionalDouble label = definition
                .label()
                .map(row::get)
                .filter(text -> !text.isEmpty())
                .map(text -> OptionalDouble.of(Double.parseDouble(text)))
                .orElse(OptionalDouble.empty());
        if (!(values.get(event.timeField()) instanceof String time)) {
            throw new IllegalArgumentException("The mapping '" + definition.name() + "' gives '" + event.timeField()
                    + "' no time; map it with {from: …, format: …}");
        }
        return new SourceEvent(event.name(), Instant.parse(time), values, label);
    }

    private Function<Row, Object> reader(String field, Column column) {
        return switch (column) {
            case Column.Uuid uuid ->
                row -> uuid5(definition.name() + "/" + row.get(uuid.name())).toString();
            case Column.Time time -> {
                DateTimeFormatter format = DateTimeFormatter.ofPattern(time.pattern(), Locale.ROOT);
                yield row -> LocalDateTime.parse(row.get(time.name()), format)
                        .toInstant(ZoneOffset.UTC)
                        .toString();
            }
            case Column.Value value -> value(field, value);
        };
    }

    private Function<Row, Object> value(String field, Column.Value column) {
        Schema type = event.schema().getField(field).schema();
        Schema plain = AvroTypes.nonNull(type);
        if (plain.getLogicalType() instanceof LogicalTypes.Decimal decimal) {
            return row -> new BigDecimal(row.get(column.name()))
                    .setScale(decimal.getScale(), RoundingMode.HALF_EVEN)
                    .add(BigDecimal.valueOf(column.add()));
        }
        return switch (plain.getType()) {
            case LONG, INT -> row -> Long.parseLong(row.get(column.name())) + column.add();
            case DOUBLE, FLOAT -> row -> Double.parseDouble(row.get(column.name())) + column.add();
            case BOOLEAN ->
                row -> row.get(column.name()).equals("1")
                        || row.get(column.name()).equalsIgnoreCase("true");
            default -> row -> row.get(column.name());
        };
    }

    /** <a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.5">RFC 9562, version 5</a>. */
    private static UUID uuid5(String name) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(ByteBuffer.allocate(16)
                    .putLong(NAME_SPACE.getMostSignificantBits())
                    .putLong(NAME_SPACE.getLeastSignificantBits())
                    .array());
            ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
            return new UUID(
                    hash.getLong() & 0xFFFFFFFFFFFF0FFFL | 0x5000L,
                    hash.getLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-1", e);
        }
    }
}

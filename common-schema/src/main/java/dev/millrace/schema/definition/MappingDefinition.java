package dev.millrace.schema.definition;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How the rows of a foreign CSV file become events.
 *
 * @param fields event field to where it comes from
 * @param label the column that says what turned out to be true
 * @param lag between an event's time and its arrival
 */
public record MappingDefinition(
        String name, String event, Map<String, Column> fields, Optional<String> label, Duration lag, Location at) {
    public MappingDefinition {
        fields = Map.copyOf(fields);
    }

    /** Where a field's value comes from. Numbers are rounded half-even to the field's declared scale. */
    public sealed interface Column {
        String name();

        /** The column's text, or number plus {@code add}. */
        record Value(String name, long add) implements Column {}

        /** A time in UTC, by a {@link java.time.format.DateTimeFormatter} pattern. */
        record Time(String name, String pattern) implements Column {}

        /** The UUIDv5 of the column's text, within a name space of the mapping's own. */
        record Uuid(String name) implements Column {}
    }
}

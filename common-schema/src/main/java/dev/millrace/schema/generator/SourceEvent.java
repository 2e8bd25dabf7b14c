package dev.millrace.schema.generator;

import java.time.Instant;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * An event on its way to ingestion, with what will turn out to be true of it.
 *
 * @param type of the use case
 * @param time the value of its time field
 * @param fields as JSON has them: text, numbers, booleans
 * @param label known once the event type's {@code known_after} has passed
 */
public record SourceEvent(String type, Instant time, Map<String, Object> fields, OptionalDouble label) {
    public SourceEvent {
        fields = Map.copyOf(fields);
    }
}

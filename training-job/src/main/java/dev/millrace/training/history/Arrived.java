package dev.millrace.training.history;

import dev.millrace.feature.SourceRecord;
import dev.millrace.lake.Position;
import dev.millrace.schema.definition.EventType;
import org.apache.avro.generic.GenericRecord;

/** A record that arrived. */
sealed interface Arrived {

    Position position();

    record Event(Position position, EventType type, GenericRecord fields) implements Arrived {}

    /** @param eventType the event type that it is about */
    record Label(Position position, String eventType, SourceRecord record) implements Arrived {}
}

package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.LabelFactory;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;

/**
 * An event or a label as views see it.
 *
 * @param time epoch milliseconds; a label's is its event's
 * @param revision 0 for an event
 */
public record SourceRecord(String id, long time, int revision, Values fields) {
    public static SourceRecord of(EventType type, GenericRecord event) {
        return new SourceRecord(type.id(event), type.time(event), 0, event::get);
    }

    /** What an event says of its own truth, if its sender knew: a label of the lowest revision. */
    public Optional<SourceRecord> ownLabel(EventType type) {
        Double flag = LabelFactory.ownFlag(type, fields::of);
        return flag == null
                ? Optional.empty()
                : Optional.of(new SourceRecord(
                        id,
                        time,
                        LabelFactory.OWN_FLAG,
                        name -> name.equals("value") ? (Object) flag : fields.of(name)));
    }

    public static SourceRecord of(Label label) {
        return new SourceRecord(
                label.getEventId(),
                label.getEventTime().toEpochMilli(),
                label.getRevision(),
                name -> name.equals("value")
                        ? Double.valueOf(label.getValue())
                        : label.getEntities().get(name));
    }
}

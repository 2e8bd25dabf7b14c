package dev.millrace.schema.definition;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * A kind of event: {@code events/NAME.avsc}.
 *
 * @param name of the file, of the table, and of the topic unless the schema says another
 * @param idField tells an event from its repetition, together with its time
 * @param timeField epoch milliseconds
 * @param keyFields the Kafka key: their texts, joined
 * @param rules what the values of a field must meet beyond their type
 */
public record EventType(
        String name,
        Schema schema,
        String idField,
        String timeField,
        List<String> keyFields,
        String topic,
        Optional<LabelRule> label,
        Map<String, FieldRule> rules) {
    public EventType {
        keyFields = List.copyOf(keyFields);
        rules = Map.copyOf(rules);
    }

    /**
     * Events that are about to be judged.
     *
     * @param field the event's own flag, if its sender knows the truth already: counts as a label of the lowest revision
     * @param knownAfter an event without a label is negative once this has passed
     */
    public record LabelRule(Optional<String> field, Duration knownAfter) {}

    /** Every field has one, if an empty one. */
    public FieldRule rule(String field) {
        FieldRule rule = rules.get(field);
        if (rule == null) {
            throw new IllegalArgumentException("'" + field + "' is no field of " + name + "; it has " + rules.keySet());
        }
        return rule;
    }

    /** In the schema's order. */
    public List<String> fieldNames() {
        return schema.getFields().stream().map(Schema.Field::name).toList();
    }

    public String id(GenericRecord event) {
        return String.valueOf(event.get(idField));
    }

    /** Epoch milliseconds. */
    public long time(GenericRecord event) {
        return (Long) event.get(timeField);
    }

    public String key(GenericRecord event) {
        return EntityText.join(keyFields, event::get);
    }
}

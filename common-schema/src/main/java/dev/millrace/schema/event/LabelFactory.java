package dev.millrace.schema.event;

import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Makes labels that carry what views on labels need of their event: its id, time, key and entity fields. */
public final class LabelFactory {
    /** The revision of an event's own flag: any label counts more. */
    public static final int OWN_FLAG = -1;

    private final EventType type;
    private final Set<String> entityFields;

    public LabelFactory(UseCase useCase, EventType type) {
        this.type = type;
        this.entityFields = useCase.views().stream()
                .filter(view -> view.source() instanceof Source.Labels labels
                        && labels.eventType().equals(type.name()))
                .map(ViewDefinition::entity)
                .flatMap(LabelFactory::fields)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Stream<String> fields(EntityKey entity) {
        return switch (entity) {
            case EntityKey.Fields fields -> fields.names().stream();
            case EntityKey.Alternatives alternatives ->
                alternatives.projections().stream().flatMap(projection -> projection.key().names().stream());
        };
    }

    /** The event's fields that its labels carry. */
    public Set<String> entityFields() {
        return Set.copyOf(entityFields);
    }

    public Label label(GenericRecord event, double value, long knownAt, int revision) {
        Map<String, String> entities = new HashMap<>();
        for (String field : entityFields) {
            Object entity = event.get(field);
            if (entity != null) {
                entities.put(field, entity.toString());
            }
        }
        return new Label(
                type.name(),
                type.id(event),
                Instant.ofEpochMilli(type.time(event)),
                type.key(event),
                entities,
                value,
                Instant.ofEpochMilli(knownAt),
                revision);
    }

    /** The event's own flag as a value, or null when its sender did not know. */
    public @Nullable Double ownFlag(GenericRecord event) {
        return ownFlag(type, event::get);
    }

    /** The same of an event whose fields are known by name. */
    public static @Nullable Double ownFlag(EventType type, Function<String, @Nullable Object> event) {
        return type.label()
                .flatMap(EventType.LabelRule::field)
                .map(event)
                .map(flag -> flag instanceof Boolean bool ? (bool ? 1.0 : 0.0) : ((Number) flag).doubleValue())
                .orElse(null);
    }
}

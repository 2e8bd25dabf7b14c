package dev.millrace.ingestion.feed;

import dev.millrace.schema.definition.EntityText;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.EventType.LabelRule;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.generator.SourceEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes what is sent of a source event: the event itself, and the label that follows it. Every label but 0 is sent. Of
 * the zeros, which go without saying once the event type's {@code known_after} has passed, only a share is: chosen by
 * their id, so always the same ones.
 */
final class Dispatches {
    private final UseCase useCase;
    private final double zeroShare;
    private final Map<String, LabelFactory> labels = new HashMap<>();

    /** @param zeroShare of the labels that are 0 */
    Dispatches(UseCase useCase, double zeroShare) {
        this.useCase = useCase;
        this.zeroShare = zeroShare;
        useCase.events().forEach((name, type) -> labels.put(name, new LabelFactory(useCase, type)));
    }

    Dispatch event(SourceEvent event, Duration lag) {
        EventType type = useCase.event(event.type());
        return new Dispatch(type.name(), key(type, event), event.time(), lag, event.fields());
    }

    /** Empty when nothing will ever be said of the event. */
    Optional<Dispatch> label(SourceEvent event) {
        EventType type = useCase.event(event.type());
        Object id = event.fields().get(type.idField());
        LabelFactory factory = labels.get(type.name());
        if (event.label().isEmpty() || type.label().isEmpty() || id == null || factory == null) {
            return Optional.empty();
        }
        double value = event.label().getAsDouble();
        if (value == 0 && !isChosen(id.toString())) {
            return Optional.empty();
        }
        LabelRule rule = type.label().get();
        Map<String, Object> entities = new TreeMap<>();
        for (String field : factory.entityFields()) {
            Object entity = event.fields().get(field);
            if (entity != null) {
                entities.put(field, entity);
            }
        }
        Map<String, Object> body = Map.of(
                "event_type",
                type.name(),
                "event_id",
                id.toString(),
                "timestamp",
                event.time().toString(),
                "key",
                key(type, event),
                "entities",
                entities,
                "value",
                value,
                "known_at",
                event.time().plus(rule.knownAfter()).toString(),
                "revision",
                0);
        return Optional.of(new Dispatch(Dispatch.LABELS, key(type, event), event.time(), rule.knownAfter(), body));
    }

    private static String key(EventType type, SourceEvent event) {
        return EntityText.join(type.keyFields(), event.fields()::get);
    }

    private boolean isChosen(String id) {
        long spread = id.hashCode() * 0x9E3779B97F4A7C15L >>> 11;
        return spread * 0x1.0p-53 < zeroShare;
    }
}

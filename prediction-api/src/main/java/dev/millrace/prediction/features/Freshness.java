package dev.millrace.prediction.features;

import dev.millrace.feature.View;
import dev.millrace.feature.online.Progress;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.EventType.LabelRule;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.Topics;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.apache.kafka.common.utils.Utils;

/** Up to which time the records of a reading contain every event that had arrived. */
public final class Freshness {

    private final UseCase useCase;

    public Freshness(UseCase useCase) {
        this.useCase = useCase;
    }

    /** The time of the view that is furthest behind; empty when the stream has not said so of one of them. */
    public OptionalLong asOf(Reading reading) {
        long least = Long.MAX_VALUE;
        for (Reading.Bound bound : reading.records()) {
            String entity = bound.entity();
            if (entity != null) {
                OptionalLong asOf = asOf(reading.progress(), bound.binding().view(), entity);
                if (asOf.isEmpty()) {
                    return asOf;
                }
                least = Math.min(least, asOf.getAsLong());
            }
        }
        return least == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(least);
    }

    /** Of all that feeds the view: labels come as such, and as the flags that events may bear themselves. */
    private OptionalLong asOf(Progress progress, View view, String entity) {
        EventType type = useCase.event(view.source().eventType());
        return switch (view.source()) {
            case Source.Events events -> asOf(progress, view, type, type.topic(), entity);
            case Source.Labels labels -> {
                OptionalLong labelled = asOf(progress, view, type, Topics.LABELS, entity);
                boolean flagged = type.label().flatMap(LabelRule::field).isPresent();
                yield flagged ? least(labelled, asOf(progress, view, type, type.topic(), entity)) : labelled;
            }
        };
    }

    private static OptionalLong least(OptionalLong one, OptionalLong other) {
        return one.isEmpty() || other.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.min(one.getAsLong(), other.getAsLong()));
    }

    /** Only the partitions that can carry the entity count: one if the entity is the Kafka key, else all. */
    private static OptionalLong asOf(Progress progress, View view, EventType type, String topic, String entity) {
        int partitions = progress.partitionCount(topic);
        if (partitions > 0 && view.isKeyedBy(type.keyFields())) {
            return progress.asOf(topic, partition(entity, partitions));
        }
        return progress.asOf(topic);
    }

    /** Where Kafka's producer puts a record with this key. */
    static int partition(String key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
    }
}

package dev.millrace.prediction.features;

import dev.millrace.feature.View;
import dev.millrace.feature.online.Progress;
import dev.millrace.schema.definition.EventType;
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

    /** Only the partitions that can carry the entity count: one if the entity is the Kafka key, else all. */
    private OptionalLong asOf(Progress progress, View view, String entity) {
        EventType type = useCase.event(view.source().eventType());
        String topic = switch (view.source()) {
            case Source.Events events -> type.topic();
            case Source.Labels labels -> Topics.LABELS;
        };
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

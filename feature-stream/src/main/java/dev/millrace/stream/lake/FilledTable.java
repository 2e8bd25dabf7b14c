package dev.millrace.stream.lake;

import dev.millrace.lake.Lake;
import dev.millrace.lake.LakeTable;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;

/**
 * A table of the lake, and the topic that fills it.
 *
 * @param name in its use case
 * @param topicId Kafka's id of the topic as it is now
 */
public record FilledTable(String name, LakeTable<?> table, String topic, String topicId) {

    /**
     * What features are folded of.
     *
     * @param topicIds Kafka's id of each topic
     */
    public static List<FilledTable> folded(Lake lake, UseCase useCase, Map<String, String> topicIds) {
        List<FilledTable> tables = new ArrayList<>();
        tables.add(of(Lake.LABELS, lake.labels(), Topics.LABELS, topicIds));
        for (EventType type : useCase.events().values()) {
            tables.add(of(type.name(), lake.events(type), type.topic(), topicIds));
        }
        return tables;
    }

    /** Those, and what was answered. */
    static List<FilledTable> all(Lake lake, UseCase useCase, Map<String, String> topicIds) {
        List<FilledTable> tables = new ArrayList<>(folded(lake, useCase, topicIds));
        tables.add(of(Lake.PREDICTIONS, lake.predictions(), Topics.PREDICTIONS, topicIds));
        return tables;
    }

    private static FilledTable of(String name, LakeTable<?> table, String topic, Map<String, String> topicIds) {
        String id = Objects.requireNonNull(topicIds.get(topic), () -> "Expected an id of the topic " + topic);
        return new FilledTable(name, table, topic, id);
    }

    /** The offset after the last that the table holds of each partition: a query without its checkpoint goes on there. */
    public Map<TopicPartition, Long> held() {
        Map<TopicPartition, Long> next = new HashMap<>();
        table.snapshot()
                .ifPresent(snapshot -> table.nextOffsets(snapshot).forEach((partition, offset) -> {
                    if (partition.topicId().equals(topicId)) {
                        next.put(new TopicPartition(topic, partition.partition()), offset);
                    }
                }));
        return next;
    }
}

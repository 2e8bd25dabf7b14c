package dev.millrace.stream.lane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** Where a new query starts to read, as Spark's Kafka source wants it: a JSON text that names every partition. */
public final class StartingOffsets {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Spark's word for the first offset there is. */
    private static final long EARLIEST = -2;

    private StartingOffsets() {}

    /** @param next offset of each partition; the others start at their first */
    public static String of(String kafka, Collection<String> topics, Map<TopicPartition, Long> next)
            throws InterruptedException {
        ObjectNode text = JSON.createObjectNode();
        for (TopicDescription topic : descriptions(kafka, topics).values()) {
            ObjectNode partitions = text.putObject(topic.name());
            topic.partitions()
                    .forEach(info -> partitions.put(
                            Integer.toString(info.partition()),
                            next.getOrDefault(new TopicPartition(topic.name(), info.partition()), EARLIEST)));
        }
        return text.toString();
    }

    private static Map<String, TopicDescription> descriptions(String kafka, Collection<String> topics)
            throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            return admin.describeTopics(new TreeSet<>(topics)).allTopicNames().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Kafka at " + kafka + " does not describe " + topics + ": " + e, e);
        }
    }

    /** What {@link #of} wrote, or a source's progress says. */
    public static Map<TopicPartition, Long> parse(String text) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try {
            JSON.readTree(text)
                    .properties()
                    .forEach(topic -> topic.getValue()
                            .properties()
                            .forEach(partition -> offsets.put(
                                    new TopicPartition(topic.getKey(), Integer.parseInt(partition.getKey())),
                                    partition.getValue().longValue())));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Expected Spark's offsets of Kafka, found " + text, e);
        }
        return offsets;
    }
}

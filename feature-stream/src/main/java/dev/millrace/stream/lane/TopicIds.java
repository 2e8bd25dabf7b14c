package dev.millrace.stream.lane;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Kafka's ids of topics. Waits for topics that are being made. */
public final class TopicIds {
    private static final Duration WAIT = Duration.ofSeconds(60);

    private TopicIds() {}

    /** @throws IllegalStateException names what is missing after the wait */
    public static Map<String, String> of(String kafka, Collection<String> topics) throws InterruptedException {
        long deadline = System.nanoTime() + WAIT.toNanos();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            while (true) {
                try {
                    Map<String, String> ids = new TreeMap<>();
                    admin.describeTopics(topics)
                            .allTopicNames()
                            .get(10, TimeUnit.SECONDS)
                            .forEach((name, description) ->
                                    ids.put(name, description.topicId().toString()));
                    return ids;
                } catch (ExecutionException | TimeoutException e) {
                    boolean missing = e.getCause() instanceof UnknownTopicOrPartitionException;
                    if (System.nanoTime() > deadline) {
                        throw new IllegalStateException(
                                "Expected the topics " + topics + " on " + kafka + "; "
                                        + (missing
                                                ? "ingestion-service makes them when it starts: is it running?"
                                                : "Kafka does not answer: " + e.getCause()),
                                e);
                    }
                    TimeUnit.MILLISECONDS.sleep(200);
                }
            }
        }
    }
}

package dev.millrace.stream;

import dev.millrace.feature.online.Progress;
import dev.millrace.feature.online.Progress.Key;
import dev.millrace.stream.online.ProgressTracker;
import dev.millrace.stream.online.RedisState;
import dev.millrace.stream.table.PostgresSink;
import dev.millrace.stream.watch.StreamMetrics;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says at least once a second how far the lane has read, with or without events, and closes windows whose time is over.
 * Runs on one thread.
 */
final class Heartbeat implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    static final Duration PERIOD = Duration.ofMillis(500);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final ProgressTracker tracker;
    private final RedisState redis;
    private final PostgresSink postgres;
    private final BatchWriter writer;
    private final StreamMetrics metrics;
    private final Clock clock;
    private final Consumer<Map<TopicPartition, Long>> observer;

    /** @param observer is told where each partition ends */
    Heartbeat(
            String kafka,
            Collection<String> topics,
            ProgressTracker tracker,
            RedisState redis,
            PostgresSink postgres,
            BatchWriter writer,
            StreamMetrics metrics,
            Clock clock,
            Consumer<Map<TopicPartition, Long>> observer) {
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka,
                        "default.api.timeout.ms",
                        2000,
                        "request.timeout.ms",
                        2000,
                        "isolation.level",
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        this.partitions = topics.stream()
                .flatMap(topic -> consumer.partitionsFor(topic, Duration.ofSeconds(30)).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        this.tracker = tracker;
        this.redis = redis;
        this.postgres = postgres;
        this.writer = writer;
        this.metrics = metrics;
        this.clock = clock;
        this.observer = observer;
    }

    @Override
    public void run() {
        try {
            beat();
            metrics.heartbeat("");
        } catch (SQLException | RuntimeException e) {
            // The next beat tries again; until then answers grow old, which readers see.
            metrics.heartbeat(String.valueOf(e.getMessage()));
            LOG.warn("No progress published: {}", e.toString());
        }
    }

    private void beat() throws SQLException {
        long wall = clock.millis();
        Map<Key, Long> ends = new HashMap<>();
        Map<TopicPartition, Long> found = consumer.endOffsets(partitions);
        found.forEach((partition, end) -> ends.put(new Key(partition.topic(), partition.partition()), end));
        observer.accept(found);
        Progress progress = tracker.at(ends, wall);
        progress.partitions()
                .forEach((key, read) -> metrics.lag(key, Math.max(0, ends.getOrDefault(key, 0L) - read.offset())));
        metrics.freshness(progress, wall);
        writer.through(ProgressTracker.through(progress));
        if (!redis.publish(progress, writer.lastBatch())) {
            writer.repair();
        }
        postgres.appendDue(ProgressTracker.through(progress));
    }

    @Override
    public void close() {
        consumer.close();
    }
}

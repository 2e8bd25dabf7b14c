package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.local.LocalStack;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.config.StreamConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A stream of the use case {@code orders} on servers of a test: what it is sent, and what it serves. */
final class StreamFixture implements AutoCloseable {
    static final String TOPIC = "orders-topic";

    private static final List<TopicPartition> READ = List.of(
            new TopicPartition(TOPIC, 0),
            new TopicPartition(TOPIC, 1),
            new TopicPartition(Topics.LABELS, 0),
            new TopicPartition(Topics.LABELS, 1));

    private final LocalStack stack;
    private final KafkaProducer<byte[], byte[]> producer;
    private final StatefulRedisConnection<byte[], byte[]> redis;
    private FeatureStream stream;
    private Thread running;

    /** Makes the topics. */
    StreamFixture(LocalStack stack) throws Exception {
        this.stack = stack;
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            admin.createTopics(Set.of(
                            new NewTopic(TOPIC, 2, (short) 1),
                            new NewTopic(Topics.LABELS, 2, (short) 1),
                            new NewTopic(Topics.PREDICTIONS, 2, (short) 1),
                            new NewTopic(Topics.DEAD_LETTERS, 1, (short) 1)))
                    .all()
                    .get();
        }
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        redis = RedisClient.create(stack.redis().url()).connect(ByteArrayCodec.INSTANCE);
    }

    /** On any free port. */
    StreamConfig config(String useCases, Path checkpoint, int greatestBatch) {
        Map<String, String> environment = new HashMap<>(stack.environment());
        environment.put("MILLRACE_USE_CASES", useCases);
        environment.put("MILLRACE_USE_CASE", "orders");
        environment.put("MILLRACE_CHECKPOINT", checkpoint.toString());
        environment.put("S3_BUCKET_PROCESSED", "processed");
        StreamConfig config = StreamConfig.from(environment);
        return new StreamConfig(
                config.useCases(),
                config.useCase(),
                config.kafka(),
                config.postgresUrl(),
                config.postgresUser(),
                config.postgresPassword(),
                config.redis(),
                config.checkpoint(),
                config.master(),
                greatestBatch,
                config.address(),
                0,
                config.lake(),
                Duration.ofSeconds(1));
    }

    void start(StreamConfig config, Clock clock) throws Exception {
        FeatureStream started = new FeatureStream(config, clock);
        stream = started;
        running = Thread.ofPlatform().start(() -> {
            try {
                started.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    void stop() throws InterruptedException {
        stream.close();
        running.join();
    }

    int watchPort() {
        return stream.watchPort();
    }

    void send(ProducerRecord<byte[], byte[]> record) {
        producer.send(record);
    }

    void flush() {
        producer.flush();
    }

    StatefulRedisConnection<byte[], byte[]> redis() {
        return redis;
    }

    /** The entities of a view that are served. */
    Set<String> served(View view) {
        String prefix = new String(OnlineKeys.entity("orders", view, ""), StandardCharsets.UTF_8);
        return redis.sync().keys(prefix + "*").stream()
                .map(key -> new String(key, StandardCharsets.UTF_8).substring(prefix.length()))
                .filter(entity -> !entity.endsWith("#older"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What is served of an entity: of a large one with its older block. */
    OnlineRecord record(View view, String entity) {
        byte[] key = OnlineKeys.entity("orders", view, entity);
        Map<byte[], byte[]> fields = redis.sync().hgetall(key);
        return OnlineRecord.read(view, fields.entrySet(), () -> {
            byte[] field = OnlineKeys.olderField(OnlineRecord.olderId(fields).orElseThrow());
            return view.shape().read(redis.sync().hget(OnlineKeys.older(key), field));
        });
    }

    /** As one block, however it lies in Redis. */
    byte[] bytes(View view, String entity) {
        return ((LayeredBlock) record(view, entity).block()).whole().toBytes();
    }

    Progress progress() {
        return Progress.fromFields(
                redis.sync().hgetall(OnlineKeys.progress("orders")).entrySet());
    }

    /** Waits until all that was sent is served by these definitions. */
    void awaitServed(FeatureEngine engine, Duration patience) {
        Map<Progress.Key, Long> ends = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.endOffsets(READ)
                    .forEach((partition, end) ->
                            ends.put(new Progress.Key(partition.topic(), partition.partition()), end));
        }
        await().atMost(patience).untilAsserted(() -> {
            Progress progress = progress();
            assertThat(progress.rebuilding()).isFalse();
            assertThat(engine.views()).allMatch(progress::keeps);
            ends.forEach((key, end) -> assertThat(progress.partitions())
                    .hasEntrySatisfying(key, read -> assertThat(read.offset()).isEqualTo(end)));
        });
    }

    KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    Connection postgres() throws SQLException {
        return DriverManager.getConnection(
                stack.postgres().url(),
                stack.postgres().user(),
                stack.postgres().password());
    }

    @Override
    public void close() throws InterruptedException {
        stop();
        redis.close();
        producer.close();
    }
}

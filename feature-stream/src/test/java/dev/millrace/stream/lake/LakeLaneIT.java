package dev.millrace.stream.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.lake.Lake;
import dev.millrace.lake.LakeTable;
import dev.millrace.lake.Position;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.avro.OtherScore;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.event.RecordCodec;
import dev.millrace.schema.event.SingleObject;
import dev.millrace.schema.event.Topics;
import dev.millrace.schema.loader.UseCaseLoader;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.ExactLane;
import dev.millrace.stream.lane.TopicIds;
import dev.millrace.stream.watch.StreamMetrics;
import java.math.BigDecimal;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events and labels in; rows of the lake out, each once, whatever happens. The tests build on each other. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class LakeLaneIT {
    private static final String TOPIC = "orders-topic";
    private static final UseCase USE_CASE = UseCaseLoader.load(Path.of("src/test/resources/use-cases"), "orders");
    private static final EventType ORDERS = USE_CASE.event("orders");
    private static final LabelFactory LABELS = new LabelFactory(USE_CASE, ORDERS);
    private static final long START = Instant.parse("2026-03-01T23:59:00Z").toEpochMilli();

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static KafkaProducer<byte[], byte[]> producer;
    private static StreamConfig config;
    private static SparkSession spark;
    private static StreamMetrics metrics;
    private static Map<String, String> topicIds;
    private static LakeLane lane;

    private static final Random RANDOM = new Random(3);
    /** What was sent and can be taken, by where it lies: the truth. */
    private static final Map<Position, byte[]> EVENTS = new TreeMap<>();

    private static final Map<Position, byte[]> JUDGEMENTS = new TreeMap<>();

    private static final Map<Position, byte[]> ANSWERS = new TreeMap<>();

    @BeforeAll
    static void start() throws Exception {
        // Its own: it stops some of them.
        stack = LocalStack.own(Server.KAFKA, Server.POSTGRES, Server.S3);
        String kafka = stack.kafka().bootstrapServers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(Set.of(
                            new NewTopic(TOPIC, 2, (short) 1),
                            new NewTopic(Topics.LABELS, 2, (short) 1),
                            new NewTopic(Topics.PREDICTIONS, 2, (short) 1)))
                    .all()
                    .get();
        }
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka), new ByteArraySerializer(), new ByteArraySerializer());
        topicIds = TopicIds.of(kafka, List.of(TOPIC, Topics.LABELS, Topics.PREDICTIONS));
        Map<String, String> environment = new HashMap<>(stack.environment());
        environment.put("MILLRACE_USE_CASES", "src/test/resources/use-cases");
        environment.put("MILLRACE_USE_CASE", "orders");
        environment.put("MILLRACE_CHECKPOINT", folder.resolve("exact").toString());
        environment.put("S3_BUCKET_PROCESSED", "processed");
        environment.put("MILLRACE_LAKE_TRIGGER", "1s");
        environment.put("REDIS_URL", "redis://127.0.0.1:1");
        config = StreamConfig.from(environment);
        spark = ExactLane.session(config);
        startLane();
    }

    private static void startLane() {
        metrics = new StreamMetrics();
        lane = new LakeLane(
                spark,
                config,
                config.lake(),
                USE_CASE,
                topicIds,
                metrics,
                folder.resolve("exact.lake").toString());
        lane.start();
    }

    @AfterAll
    static void stop() throws Exception {
        lane.close();
        spark.stop();
        producer.close();
        stack.close();
    }

    private static void sendSome(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            GenericRecord order = new GenericData.Record(ORDERS.schema());
            order.put("id", new UUID(RANDOM.nextLong(), RANDOM.nextLong()).toString());
            order.put("buyer", 1L + RANDOM.nextInt(8));
            order.put("shop", "shop|" + RANDOM.nextInt(3));
            order.put("price", BigDecimal.valueOf(RANDOM.nextInt(3000), 2));
            order.put("at", START + RANDOM.nextInt(120_000));
            order.put("express", RANDOM.nextBoolean() ? null : RANDOM.nextBoolean());
            order.put("weight", RANDOM.nextBoolean() ? null : RANDOM.nextDouble());
            order.put("returned", RANDOM.nextInt(10) == 0 ? 1 : null);
            byte[] bytes = new RecordCodec(ORDERS.schema()).encode(order);
            byte[] key = ORDERS.key(order).getBytes();
            EVENTS.put(send(TOPIC, key, bytes, 7L + i), bytes);
            if (i % 9 == 0) {
                // Its sender's repetition lies at a place of its own, and is kept.
                EVENTS.put(send(TOPIC, key, bytes, 8L + i), bytes);
            }
            if (i % 4 == 0) {
                byte[] answer = SingleObject.bytes(Prediction.getEncoder(), answer(order, i));
                ANSWERS.put(send(Topics.PREDICTIONS, key, answer, 10L + i), answer);
            }
            if (i % 3 == 0) {
                Label label = LABELS.label(order, RANDOM.nextInt(2), START + 3_600_000, RANDOM.nextInt(2));
                byte[] encoded = SingleObject.bytes(Label.getEncoder(), label);
                JUDGEMENTS.put(send(Topics.LABELS, label.getKey().getBytes(), encoded, 9L + i), encoded);
            }
        }
    }

    private static Prediction answer(GenericRecord order, int i) {
        boolean named = i % 8 == 0;
        return new Prediction(
                "request-" + i,
                named ? ORDERS.id(order) : null,
                "returns",
                "v" + i % 3,
                "digest",
                ORDERS.key(order),
                Instant.ofEpochMilli(START + i),
                Instant.ofEpochMilli(START - i),
                named ? Instant.ofEpochMilli(START - 5) : null,
                named,
                named ? List.of() : List.of("event-not-identified"),
                List.of(1.5, Double.NaN, Double.NEGATIVE_INFINITY),
                named ? List.of("a", "b") : List.of(),
                i / 1000.0,
                named,
                Map.of("shop", "s|\"x"),
                Map.of("shop/00ff/1", 7L),
                "champion",
                "trees",
                named
                        ? List.of(new OtherScore("shadow", "v9", 0.25, true, null, Map.of(), Map.of("days", 3.5)))
                        : List.of(),
                named ? "trace" : null,
                named ? "kept" : null,
                named ? Map.of("kept", 0.75) : Map.of(),
                named ? Map.of("days", 4.25) : Map.of());
    }

    private static Position send(String topic, byte[] key, byte[] value, long arrival) throws Exception {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, key, value);
        record.headers().add(Headers.ARRIVAL_TIME, Headers.ofMillis(arrival));
        RecordMetadata place = producer.send(record).get();
        return new Position(arrival, topicIds.get(topic), place.partition(), place.offset());
    }

    private static void awaitTheLakeHoldsAllOnce() {
        Lake lake = new Lake(spark, USE_CASE);
        await().atMost(Duration.ofMinutes(6)).ignoreExceptions().untilAsserted(() -> {
            LakeTable<GenericRecord> orders = lake.events(ORDERS);
            RecordCodec codec = new RecordCodec(ORDERS.schema());
            assertHolds(
                    orders.read().collectAsList(),
                    EVENTS,
                    row -> codec.encode(orders.rows().record(row)));
            LakeTable<Label> labels = lake.labels();
            assertHolds(
                    labels.read().collectAsList(),
                    JUDGEMENTS,
                    row -> SingleObject.bytes(Label.getEncoder(), labels.rows().record(row)));
            LakeTable<Prediction> predictions = lake.predictions();
            assertHolds(
                    predictions.read().collectAsList(),
                    ANSWERS,
                    row -> SingleObject.bytes(
                            Prediction.getEncoder(), predictions.rows().record(row)));
        });
    }

    private interface Encoded {
        byte[] of(Row row);
    }

    private static void assertHolds(List<Row> rows, Map<Position, byte[]> sent, Encoded encoded) {
        assertThat(rows).hasSameSizeAs(sent.keySet());
        Map<Position, byte[]> found = new TreeMap<>();
        rows.forEach(row -> found.put(Position.of(row), encoded.of(row)));
        assertThat(found.keySet()).isEqualTo(sent.keySet());
        found.forEach((position, bytes) -> assertThat(bytes).as("%s", position).isEqualTo(sent.get(position)));
    }

    @Test
    @Order(1)
    void everyRecordThatCanBeTakenIsThereOnce() throws Exception {
        sendSome(200);
        send(TOPIC, new byte[] {1}, "{\"json\": true}".getBytes(), 1);
        send(Topics.LABELS, new byte[] {1}, new byte[] {1}, 1);
        send(Topics.PREDICTIONS, new byte[] {1}, new byte[] {1}, 1);
        GenericRecord dear = new GenericData.Record(ORDERS.schema());
        dear.put("id", UUID.randomUUID().toString());
        dear.put("buyer", 1L);
        dear.put("shop", "s");
        // Its fourth power, which a view keeps, has too many digits.
        dear.put("price", new BigDecimal("99999.00"));
        dear.put("at", START);
        send(TOPIC, new byte[] {1}, new RecordCodec(ORDERS.schema()).encode(dear), 1);
        sendSome(20);
        awaitTheLakeHoldsAllOnce();
        await().untilAsserted(() -> assertThat(metrics.scrape())
                .contains("lake_records_total{table=\"orders\"} " + (EVENTS.size() + 2) + ".0"));
    }

    /** Killed between Iceberg's commit and Spark's: the checkpoint does not know that its last batch was written. */
    @Test
    @Order(2)
    void aBatchThatRunsAgainIsNotWrittenAgain() throws Exception {
        lane.close();
        for (String table : List.of("orders", Lake.LABELS, Lake.PREDICTIONS)) {
            Path commits = folder.resolve("exact.lake/" + table + "/commits");
            try (Stream<Path> files = Files.list(commits)) {
                Path last = files.filter(file -> file.getFileName().toString().matches("\\d+"))
                        .max(Comparator.comparingInt(
                                file -> Integer.parseInt(file.getFileName().toString())))
                        .orElseThrow();
                Files.delete(last);
            }
        }
        sendSome(30);
        startLane();
        awaitTheLakeHoldsAllOnce();
    }

    @Test
    @Order(3)
    void withoutItsCheckpointAQueryGoesOnAfterWhatTheTableHolds() throws Exception {
        lane.close();
        delete(folder.resolve("exact.lake"));
        sendSome(30);
        startLane();
        awaitTheLakeHoldsAllOnce();
    }

    @Test
    @Order(4)
    void goesOnWhenItsStoresAreBack() throws Exception {
        stack.stop(Server.S3);
        sendSome(30);
        await().atMost(Duration.ofMinutes(6))
                .untilAsserted(() -> assertThat(metrics.problems()).containsKey("lake"));
        assertThat(metrics.scrape())
                .containsPattern("lake_restarts_total\\{table=\"(orders|labels|predictions)\"\\} 1.0");
        stack.start(Server.S3);
        awaitTheLakeHoldsAllOnce();
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(metrics.problems()).doesNotContainKey("lake"));
        stack.restart(Server.POSTGRES);
        sendSome(30);
        awaitTheLakeHoldsAllOnce();
    }

    private static void delete(Path tree) throws Exception {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws java.io.IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, java.io.IOException failure)
                    throws java.io.IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}

package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.avro.DeadLetter;
import dev.millrace.schema.avro.OtherScore;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.event.SingleObject;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.lane.TopicIds;
import dev.millrace.stream.watch.StreamMetrics;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** Answers on a real topic; rows of a real table, each once. The tests build on each other. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DecisionWriterIT {
    private static final Instant NOW = Instant.parse("2026-03-31T23:59:59.900Z");
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static LocalStack stack;
    private static KafkaProducer<byte[], byte[]> producer;
    private static HikariDataSource pool;
    private static String topicId;
    private static StreamMetrics metrics;
    private static DecisionWriter writer;
    private static int sent;

    @BeforeAll
    static void start() throws Exception {
        // Its own: it stops one of them.
        stack = LocalStack.own(Server.KAFKA, Server.POSTGRES);
        String kafka = stack.kafka().bootstrapServers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(Set.of(
                            new NewTopic(Topics.PREDICTIONS, 2, (short) 1),
                            new NewTopic(Topics.DEAD_LETTERS, 1, (short) 1)))
                    .all()
                    .get();
        }
        topicId = TopicIds.of(kafka, List.of(Topics.PREDICTIONS)).get(Topics.PREDICTIONS);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka), new ByteArraySerializer(), new ByteArraySerializer());
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(stack.postgres().url());
        config.setUsername(stack.postgres().user());
        config.setPassword(stack.postgres().password());
        config.setAutoCommit(false);
        config.setConnectionTimeout(1_000);
        pool = new HikariDataSource(config);
        Flyway.configure().dataSource(pool).load().migrate();
        startWriter();
    }

    private static void startWriter() {
        metrics = new StreamMetrics();
        writer = new DecisionWriter(
                stack.kafka().bootstrapServers(), topicId, pool, metrics, Clock.systemUTC(), ends -> {});
        writer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        writer.close();
        pool.close();
        producer.close();
        stack.close();
    }

    private static Prediction answer(String request, String event) {
        return new Prediction(
                request,
                event,
                "returns",
                "3",
                "definitions",
                "ann",
                NOW.plusMillis(20L * sent),
                NOW.minusSeconds(60),
                NOW.minusSeconds(61),
                true,
                List.of("a, \"quoted\" reason"),
                List.of(1.5, Double.NaN, Double.POSITIVE_INFINITY),
                List.of(),
                0.75,
                true,
                Map.of("buyer", "ann|1"),
                Map.of("buyer/00ff/1", 7L),
                "champion",
                "trees",
                List.of(new OtherScore(
                        "challenger", "4", 0.25, false, "back", Map.of("back", 0.25), Map.of("days", 3.5))),
                "0af7651916cd43dd8448eb211c80319c",
                "kept",
                Map.of("kept", 0.75),
                Map.of("days", 4.25));
    }

    private static void send(int count) {
        for (int i = 0; i < count; i++) {
            send(SingleObject.bytes(Prediction.getEncoder(), answer("request-" + sent, "event-" + sent)));
            sent++;
        }
        producer.flush();
    }

    private static void send(byte[] value) {
        var unused = producer.send(new ProducerRecord<>(Topics.PREDICTIONS, new byte[] {(byte) sent}, value));
        producer.flush();
    }

    private static String one(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            assertThat(found.next()).isTrue();
            return String.valueOf(found.getString(1));
        }
    }

    private static void awaitAllOnce() {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            assertThat(one("select count(*) from predictions")).isEqualTo(Integer.toString(sent));
            assertThat(one("select count(distinct request_id) from predictions"))
                    .isEqualTo(Integer.toString(sent));
            assertThat(metrics.problems()).doesNotContainKey("decisions");
        });
    }

    @Test
    @Order(1)
    void everyAnswerIsARowWithAllThatItSays() throws Exception {
        send(50);
        awaitAllOnce();
        assertThat(one("select concat_ws(' ', event_id, model, model_version, alias, score, decision, vector,"
                        + " complete, reasons->>0, entities->>'buyer', offsets->>'buyer/00ff/1',"
                        + " others->0->>'model_version', others->0->>'score', others->0->>'outcome',"
                        + " others->0->'probabilities'->>'back', outcome, probabilities->>'kept', estimates->>'days',"
                        + " others->0->'estimates'->>'days')"
                        + " from predictions where request_id = 'request-7'"))
                .isEqualTo(
                        "event-7 returns 3 champion 0.75 t {1.5,NaN,Infinity} t a, \"quoted\" reason ann|1 7 4 0.25 back 0.25 kept 0.75 4.25 3.5");
        assertThat(one("select concat_ws(' ', definitions_digest, model_digest, event_key, trace_id,"
                        + " asked_for = timestamptz '2026-03-31T23:58:59.900Z',"
                        + " as_of = timestamptz '2026-03-31T23:58:58.900Z',"
                        // The eighth: 20 ms after each other.
                        + " answered_at = timestamptz '2026-04-01T00:00:00.040Z')"
                        + " from predictions where request_id = 'request-7'"))
                .isEqualTo("definitions trees ann 0af7651916cd43dd8448eb211c80319c t t t");
        assertThat(one("select count(distinct tableoid) from predictions")).isEqualTo("2");
        assertThat(metrics.scrape()).contains("decisions_written_total 50.0");
    }

    @Test
    @Order(2)
    void whatCannotBeTakenIsADeadLetterOnceAndHoldsNothingUp() throws Exception {
        send(new byte[] {1, 2, 3});
        send(SingleObject.bytes(Prediction.getEncoder(), answer("request-x", "no\0text")));
        Prediction unscored = answer("request-y", "event-y");
        unscored.setScore(Double.NaN);
        send(SingleObject.bytes(Prediction.getEncoder(), unscored));
        send(20);
        awaitAllOnce();
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(letters()).containsExactlyInAnyOrder("unreadable", "unreadable", "unstorable"));
    }

    /** As after a kill between the database's commit and Kafka's. */
    @Test
    @Order(3)
    void whatIsReadAgainIsNotWrittenAgain() throws Exception {
        writer.close();
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            admin.deleteConsumerGroups(Set.of("feature-stream-decisions")).all().get();
        }
        startWriter();
        send(5);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(metrics.scrape()).contains("decisions_written_total " + (double) sent));
        awaitAllOnce();
        assertThat(letters()).containsExactlyInAnyOrder("unreadable", "unreadable", "unstorable");
    }

    @Test
    @Order(4)
    void goesOnWhenTheDatabaseIsBack() throws Exception {
        stack.stop(Server.POSTGRES);
        send(30);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(metrics.problems()).containsKey("decisions"));
        assertThat(metrics.problems().get("decisions")).startsWith("PostgreSQL: ");
        stack.start(Server.POSTGRES);
        awaitAllOnce();
    }

    /** As several use cases do, and an instance that takes over. */
    @Test
    @Order(5)
    void twoThatStoreTheSameStoreItOnce() throws Exception {
        StreamMetrics others = new StreamMetrics();
        try (DecisionWriter second = new DecisionWriter(
                stack.kafka().bootstrapServers(), topicId, pool, others, Clock.systemUTC(), ends -> {})) {
            second.start();
            await().atMost(PATIENCE).untilAsserted(() -> {
                send(100);
                assertThat(others.scrape()).containsPattern("decisions_written_total [1-9]");
            });
            send(2_000);
            awaitAllOnce();
            assertThat(others.problems()).doesNotContainKey("decisions");
        }
    }

    private static List<String> letters() throws Exception {
        List<String> reasons = new ArrayList<>();
        TopicPartition partition = new TopicPartition(Topics.DEAD_LETTERS, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    reasons.add(DeadLetter.getDecoder().decode(record.value()).getReason());
                }
            }
        }
        return reasons;
    }
}

package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Progress;
import dev.millrace.local.LocalStack;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.server.Server;
import dev.millrace.schema.event.Topics;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Every fault under load, and its end: each request is answered with 200, and says what is amiss. */
@Timeout(180)
class FaultsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration SOME_TIME = Duration.ofSeconds(2);
    private static final Duration MOMENT = Duration.ofMillis(200);
    private static final Duration RECOVERY = Duration.ofSeconds(10);
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String PARCEL_ID = "89c7ba8f-53be-4a8c-8b5a-000000000001";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path cache;

    private static LocalStack stack;
    private static FaultyWire redis;
    private static TestRegistry registry;
    private static ConfigurableApplicationContext service;
    private static URI server;
    private static ParcelLoad load;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.REDIS, Server.KAFKA, Server.POSTGRES, Server.MLFLOW);
        redis = new FaultyWire(URI.create(stack.redis().url()));
        TestTopics.create(stack.kafka().bootstrapServers(), Topics.PREDICTIONS, Topics.LABELS);
        registry = new TestRegistry(URI.create(stack.mlflow().trackingUri()));
        registry.createModel(Parcels.MODEL);
        registry.promote(Parcels.MODEL, registry.register(Parcels.MODEL, TestPackages.of(Parcels.MODEL, 1)));
        fillTables();
        service = run();
        server = URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"));
        load = new ParcelLoad(server, NOW);
        soon(() -> assertThat(get("/health").body()).contains("\"version\":\"v1\""));
        keepProgress();
        load.run(SOME_TIME);
    }

    private static void fillTables() throws Exception {
        try (Connection database = DriverManager.getConnection(
                        stack.postgres().url(),
                        stack.postgres().user(),
                        stack.postgres().password());
                Statement rows = database.createStatement()) {
            TestTables.create(database);
            rows.execute("insert into parcel values ('" + PARCEL_ID + "', '2026-03-01T11:30:00Z', 'ann1', 1, 7, null,"
                    + " null, null, null, 't', 0, 1, now(), 0)");
        }
    }

    private static ConfigurableApplicationContext run() {
        return new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                        "--MILLRACE_USE_CASE=parcels",
                        "--MLFLOW_TRACKING_URI=" + registry.server(),
                        "--MILLRACE_MODEL_POLL=200ms",
                        "--POSTGRES_URL=" + stack.postgres().url(),
                        "--POSTGRES_USER=" + stack.postgres().user(),
                        "--POSTGRES_PASSWORD=" + stack.postgres().password(),
                        "--REDIS_URL=" + redis.url(),
                        "--KAFKA_BOOTSTRAP_SERVERS=" + stack.kafka().bootstrapServers(),
                        "--MILLRACE_FEATURES_DEADLINE=20ms",
                        "--MILLRACE_MODEL_CACHE=" + cache);
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
        redis.close();
        stack.close();
    }

    private static void keepProgress() {
        Map<Progress.Key, Progress.Read> read = Map.of(
                new Progress.Key("parcel", 0), new Progress.Read(1, NOW.toEpochMilli()),
                new Progress.Key("labels", 0), new Progress.Read(1, NOW.toEpochMilli()));
        Progress progress = new Progress(read, Optional.empty(), false);
        RedisClient client = RedisClient.create(stack.redis().url());
        try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
            connection.sync().hset(OnlineKeys.progress("parcels"), progress.toFields());
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(server.resolve(path)).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(server.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static void soon(ThrowingRunnable holds) {
        await().atMost(RECOVERY).untilAsserted(holds);
    }

    @AfterEach
    void everythingIsBackSoon() {
        await().atMost(RECOVERY).until(() -> load.run(MOMENT).marked() == 0);
    }

    private static ParcelLoad.Seen during(String fault, Happening begins, Happening ends) throws Exception {
        return during(fault, begins, () -> {}, ends);
    }

    /**
     * Load before and during a fault, while it is noticed, and while it ends, which it does in any case.
     *
     * @param ends and waits until everything works again
     */
    private static ParcelLoad.Seen during(String fault, Happening begins, Happening noticed, Happening ends)
            throws Exception {
        ParcelLoad.Seen healthy = load.run(SOME_TIME);
        begins.run();
        try {
            ParcelLoad.Seen faulty = load.run(SOME_TIME);
            System.out.printf(
                    "%s: p99 %.1f ms, %.1f ms before; %d of %d answers without features%n",
                    fault,
                    faulty.result().millis(99),
                    healthy.result().millis(99),
                    faulty.marked(),
                    faulty.result().latency().getTotalCount());
            noticed.beside(() -> load.run(MOMENT));
            return faulty;
        } finally {
            ends.beside(() -> load.run(MOMENT));
        }
    }

    @Test
    void redisIsKilled() throws Exception {
        ParcelLoad.Seen faulty = during("Redis killed", () -> stack.kill(Server.REDIS), () -> {
            stack.start(Server.REDIS);
            keepProgress();
        });
        assertThat(faulty.marked()).isGreaterThan(ParcelLoad.PER_SECOND);
    }

    @Test
    void redisIsFrozen() throws Exception {
        ParcelLoad.Seen faulty =
                during("Redis frozen", () -> stack.pause(Server.REDIS), () -> stack.resume(Server.REDIS));
        assertThat(faulty.marked()).isGreaterThan(ParcelLoad.PER_SECOND);
    }

    @Test
    void redisIsSlow() throws Exception {
        ParcelLoad.Seen faulty = during(
                "Redis 200 ms late", () -> redis.delay(Duration.ofMillis(200)), () -> redis.delay(Duration.ZERO));
        assertThat(faulty.marked()).isGreaterThan(ParcelLoad.PER_SECOND);
    }

    @Test
    void repliesOfRedisAreCut() throws Exception {
        ParcelLoad.Seen faulty = during("replies of Redis cut", () -> redis.cut(true), () -> redis.cut(false));
        assertThat(faulty.marked()).isPositive();
    }

    /** A busy machine may make some reads late; no other server makes most of them so. */
    private static void assertFeaturesWereRead(ParcelLoad.Seen seen) {
        assertThat(seen.marked()).isLessThan(ParcelLoad.PER_SECOND);
    }

    @Test
    void kafkaIsKilledAndTheLogSaysWhatItLost() throws Exception {
        String kafka = stack.kafka().bootstrapServers();
        soon(FaultsIT::assertEveryAnswerIsKeptOrCounted);
        long kept = kept();
        long inTopic = LoggedPredictions.count(kafka);
        ParcelLoad.Seen faulty =
                during("Kafka killed", () -> stack.kill(Server.KAFKA), FaultsIT::overflowTheLog, () -> {
                    long before = kept();
                    stack.start(Server.KAFKA);
                    soon(() -> assertThat(kept()).isGreaterThan(before));
                });
        assertFeaturesWereRead(faulty);
        soon(FaultsIT::assertEveryAnswerIsKeptOrCounted);
        long lost = lost();
        load.run(MOMENT);
        soon(FaultsIT::assertEveryAnswerIsKeptOrCounted);
        assertThat(lost()).as("lost after its return, too").isEqualTo(lost);
        assertThat(LoggedPredictions.count(kafka) - inTopic).isEqualTo(kept() - kept);
    }

    /** What found room is delivered. */
    private static void assertEveryAnswerIsKeptOrCounted() {
        assertThat(decisions("not-delivered")).isZero();
        assertThat(kept() + lost()).isEqualTo(load.answered());
    }

    private static long kept() {
        return decisions("kept");
    }

    private static long lost() {
        return decisions("queue-full");
    }

    private static long decisions(String result) {
        return (long) service.getBean(MeterRegistry.class)
                .get("decisions_total")
                .tag("result", result)
                .counter()
                .count();
    }

    private static void overflowTheLog() throws Exception {
        long before = lost();
        for (int i = 0; i < 200 && lost() == before; i++) {
            load.runBatch();
        }
        assertThat(lost()).isGreaterThan(before);
    }

    @Test
    void postgresIsKilledAndThePastIsToldAgain() throws Exception {
        postgresIsAway("PostgreSQL killed", () -> stack.kill(Server.POSTGRES), () -> stack.start(Server.POSTGRES));
    }

    @Test
    void postgresIsFrozenAndThePastIsToldAgain() throws Exception {
        postgresIsAway("PostgreSQL frozen", () -> stack.pause(Server.POSTGRES), () -> stack.resume(Server.POSTGRES));
    }

    private static void postgresIsAway(String fault, Happening begins, Happening ends) throws Exception {
        JsonNode before = JSON.readTree(past().body());
        assertThat(before.path("source").textValue()).isEqualTo("history");
        ParcelLoad.Seen faulty = during(
                fault,
                begins,
                () -> soon(() -> {
                    assertThat(get("/health").body()).contains("database-unavailable");
                    assertThat(past().body()).contains("history-unavailable");
                }),
                () -> {
                    ends.run();
                    soon(() -> {
                        assertThat(JSON.readTree(past().body()).path("features"))
                                .isEqualTo(before.path("features"));
                        assertThat(truth().statusCode()).isEqualTo(202);
                        assertThat(get("/health").body()).doesNotContain("database-unavailable");
                    });
                });
        assertFeaturesWereRead(faulty);
    }

    private static HttpResponse<String> past() throws Exception {
        return get("/v1/features/parcels?sender=ann1&depot=1&at=2026-03-01T12:00:00Z");
    }

    private static HttpResponse<String> truth() throws Exception {
        return post("/v1/labels", "{\"event_id\":\"" + PARCEL_ID + "\",\"value\":1}");
    }

    @Test
    void mlflowIsKilledAndItsNextChampionAnswers() throws Exception {
        TestPackages next = TestPackages.of(Parcels.MODEL, 2);
        ParcelLoad.Seen faulty = during(
                "MLflow killed",
                () -> stack.kill(Server.MLFLOW),
                () -> soon(() -> assertThat(get("/health").body()).contains("registry-unreachable", "\"v1\"")),
                () -> {
                    stack.start(Server.MLFLOW);
                    registry.promote(Parcels.MODEL, registry.register(Parcels.MODEL, next));
                    soon(() -> assertThat(get("/health").body())
                            .contains("\"v2\"")
                            .doesNotContain("registry-unreachable"));
                });
        assertFeaturesWereRead(faulty);
    }

    @Test
    void malformedBodiesAreRefusedAndLeaveNothingBehind() throws Exception {
        Random random = new Random(8);
        long before = usedAfterCollection();
        for (String path : new String[] {"/score", "/v1/models/late/predict:batch", "/v2/models/late/infer"}) {
            LoadResult result = new HttpLoad(server, 8)
                    .open(
                            2_000,
                            Duration.ofMillis(2_000),
                            i -> HttpCall.post(server.resolve(path), Map.of(), MalformedBodies.any(random)),
                            (number, status, body, nanos) -> {
                                assertThat(status).isIn(400, 413, 422);
                                assertThat(new String(body, StandardCharsets.UTF_8))
                                        .startsWith("{\"type\":\"about:blank\"")
                                        .contains("\"code\":\"");
                            });
            assertThat(result.broken()).isZero();
            assertThat(result.latency().getTotalCount()).isEqualTo(4_000);
        }
        assertThat(usedAfterCollection() - before).as("bytes").isLessThan(16 << 20);
    }

    private static long usedAfterCollection() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}

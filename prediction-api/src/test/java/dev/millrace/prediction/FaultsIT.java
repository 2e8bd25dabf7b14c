package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Progress;
import dev.millrace.local.LocalStack;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Every fault under load: each request is answered with 200, and says what is amiss. MLflow and PostgreSQL are away all the time. */
@Timeout(180)
class FaultsIT {

    private static final int PER_SECOND = 300;
    private static final Duration SOME_TIME = Duration.ofSeconds(3);
    private static final Duration RECOVERY = Duration.ofSeconds(10);
    private static final long NOW = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();

    @TempDir
    private static Path cache;

    private static LocalStack stack;
    private static FaultyWire redis;
    private static ConfigurableApplicationContext service;
    private static URI server;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.REDIS, Server.KAFKA);
        redis = new FaultyWire(URI.create(stack.redis().url()));
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            admin.createTopics(Set.of(new NewTopic("predictions", 1, (short) 1)))
                    .all()
                    .get();
        }
        TestCache.keep(cache, Parcels.MODEL, "3", TestPackages.of(Parcels.MODEL, 1));
        service = run();
        server = URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"));
        keepProgress();
        load(SOME_TIME);
    }

    private static ConfigurableApplicationContext run(String... more) {
        return new SpringApplicationBuilder(PredictionApi.class)
                .run(Stream.concat(
                                Stream.of(
                                        "--SERVER_PORT=0",
                                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                                        "--MILLRACE_USE_CASE=parcels",
                                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                                        "--POSTGRES_URL=jdbc:postgresql://127.0.0.1:1/none",
                                        "--REDIS_URL=" + redis.url(),
                                        "--KAFKA_BOOTSTRAP_SERVERS="
                                                + stack.kafka().bootstrapServers(),
                                        "--MILLRACE_FEATURES_DEADLINE=20ms",
                                        "--MILLRACE_MODEL_CACHE=" + cache),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
        redis.close();
        stack.close();
    }

    private static void keepProgress() {
        Map<Progress.Key, Progress.Read> read = Map.of(
                new Progress.Key("parcel", 0), new Progress.Read(1, NOW),
                new Progress.Key("labels", 0), new Progress.Read(1, NOW));
        Progress progress = new Progress(read, Optional.empty(), false);
        RedisClient client = RedisClient.create(stack.redis().url());
        try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
            connection.sync().hset(OnlineKeys.progress("parcels"), progress.toFields());
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    /** @param marked answers without features */
    private record Seen(LoadResult result, int marked) {}

    /** Asserts that nothing fails. */
    private static Seen load(Duration length) throws Exception {
        Random random = new Random(5);
        AtomicInteger marked = new AtomicInteger();
        LoadResult result = new HttpLoad(server, 16)
                .open(
                        PER_SECOND,
                        length,
                        i -> HttpCall.post(
                                server.resolve("/score"),
                                Map.of(),
                                "{\"sender\":\"ann%d\",\"depot\":%d,\"price\":7,\"parcel_id\":\"%s\",\"timestamp\":\"%s\"}"
                                        .formatted(
                                                random.nextInt(50),
                                                1 + random.nextInt(4),
                                                new UUID(random.nextLong(), i),
                                                Instant.ofEpochMilli(NOW))),
                        (number, status, body, nanos) -> {
                            if (new String(body, StandardCharsets.UTF_8).contains("features-unavailable")) {
                                marked.incrementAndGet();
                            }
                        });
        assertThat(result.errors())
                .as("%s, %d broken", result.statuses(), result.broken())
                .isZero();
        assertThat(result.statuses().keySet()).containsOnly(200);
        return new Seen(result, marked.get());
    }

    /** And fails nobody on the way. */
    @AfterEach
    void everythingIsBackSoon() throws Exception {
        long end = System.nanoTime() + RECOVERY.toNanos();
        int marked = load(Duration.ofMillis(200)).marked();
        while (marked > 0 && System.nanoTime() < end) {
            marked = load(Duration.ofMillis(200)).marked();
        }
        assertThat(marked).isZero();
    }

    /** Load before and during a fault, of which the end is always reached. */
    private static Seen during(String fault, Runnable begins, Runnable ends) throws Exception {
        Seen healthy = load(SOME_TIME);
        begins.run();
        try {
            Seen faulty = load(SOME_TIME);
            System.out.printf(
                    "%s: p99 %.1f ms, %.1f ms before; %d of %d answers without features%n",
                    fault,
                    faulty.result().millis(99),
                    healthy.result().millis(99),
                    faulty.marked(),
                    faulty.result().latency().getTotalCount());
            return faulty;
        } finally {
            ends.run();
        }
    }

    @Test
    void redisIsKilled() throws Exception {
        Seen faulty = during("Redis killed", () -> stack.kill(Server.REDIS), () -> {
            stack.start(Server.REDIS);
            keepProgress();
        });
        assertThat(faulty.marked()).isGreaterThan(PER_SECOND);
    }

    @Test
    void redisIsFrozen() throws Exception {
        Seen faulty = during("Redis frozen", () -> stack.pause(Server.REDIS), () -> stack.resume(Server.REDIS));
        assertThat(faulty.marked()).isGreaterThan(PER_SECOND);
    }

    @Test
    void redisIsSlow() throws Exception {
        Seen faulty = during(
                "Redis 200 ms late", () -> redis.delay(Duration.ofMillis(200)), () -> redis.delay(Duration.ZERO));
        assertThat(faulty.marked()).isGreaterThan(PER_SECOND);
    }

    @Test
    void repliesOfRedisAreCut() throws Exception {
        Seen faulty = during("replies of Redis cut", () -> redis.cut(true), () -> redis.cut(false));
        assertThat(faulty.marked()).isPositive();
    }

    @Test
    void kafkaIsKilled() throws Exception {
        Seen faulty = during("Kafka killed", () -> stack.kill(Server.KAFKA), () -> stack.start(Server.KAFKA));
        // A busy machine may make a read late; the broker does not.
        assertThat(faulty.marked()).isLessThan(PER_SECOND / 10);
    }

    private static final String VALID = "{\"sender\":\"ann\",\"depot\":1,\"price\":7,\"grams\":8}";

    /** None of them is a request that could be answered. */
    private static byte[] malformed(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> VALID.substring(0, random.nextInt(VALID.length())).getBytes(StandardCharsets.UTF_8);
            case 1 -> {
                byte[] noise = new byte[random.nextInt(2_000)];
                random.nextBytes(noise);
                yield noise;
            }
            case 2 -> ("[".repeat(random.nextInt(50_000)) + VALID).getBytes(StandardCharsets.UTF_8);
            case 3 -> ("{\"price\":" + "{\"a\":".repeat(33 + random.nextInt(1_000))).getBytes(StandardCharsets.UTF_8);
            case 4 ->
                ("{\"sender\":\"ann\",\"depot\":1,\"price\":1" + "0".repeat(random.nextInt(5_000)) + "e"
                                + (10 + random.nextInt(1_000_000_000)) + "}")
                        .getBytes(StandardCharsets.UTF_8);
            case 5 -> (VALID + VALID).getBytes(StandardCharsets.UTF_8);
            case 6 -> VALID.replace("\"grams\"", "\"price\"").getBytes(StandardCharsets.UTF_8);
            case 7 -> {
                byte[] broken = VALID.getBytes(StandardCharsets.UTF_8);
                // No UTF-8, in the middle of a name or a value.
                broken[13] = (byte) (0x80 + random.nextInt(0x40));
                yield broken;
            }
            default ->
                ("{\"sender\":\"" + "x".repeat(random.nextInt(100_000)) + "\",\"depot\":[1],\"price\":null}")
                        .getBytes(StandardCharsets.UTF_8);
        };
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
                            i -> HttpCall.post(server.resolve(path), Map.of(), malformed(random)),
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

    @Test
    void whatIsMoreThanCanBeWorkedOnIsTurnedAway() throws Exception {
        turnsAway("--MILLRACE_CONCURRENT_REQUESTS=1");
    }

    /** As it is by default: there are fewer threads than requests may be worked on. */
    @Test
    void whatWaitsForAThreadCountsAsWell() throws Exception {
        turnsAway("--MILLRACE_CONCURRENT_REQUESTS=12", "--server.tomcat.threads.max=4");
    }

    private static void turnsAway(String... settings) throws Exception {
        try (ConfigurableApplicationContext narrow = run(settings);
                HttpClient client = HttpClient.newHttpClient();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            URI url = URI.create("http://127.0.0.1:" + narrow.getEnvironment().getProperty("local.server.port"));
            HttpCall call = HttpCall.post(url.resolve("/score"), Map.of(), VALID);
            Future<LoadResult> load = threads.submit(() -> new HttpLoad(url, 32).closed(SOME_TIME, i -> call));
            int others = 0;
            HttpResponse<String> refused = null;
            HttpRequest request = HttpRequest.newBuilder(url.resolve("/score"))
                    .POST(HttpRequest.BodyPublishers.ofString(VALID))
                    .header("Content-Type", "application/json")
                    .build();
            while (!load.isDone()) {
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 503) {
                    refused = answer;
                    others++;
                }
            }
            LoadResult result = load.get();
            assertThat(result.broken()).isZero();
            assertThat(result.statuses().keySet()).containsExactlyInAnyOrder(200, 503);
            assertThat(refused).isNotNull();
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(refused.body()).contains("\"code\":\"overloaded\"");
            HttpResponse<String> metrics = client.send(
                    HttpRequest.newBuilder(url.resolve("/metrics")).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(metrics.body())
                    .contains("requests_turned_away_total "
                            + (double) (result.statuses().get(503) + others));
        }
    }
}

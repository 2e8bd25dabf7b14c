package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalStack;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.server.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Models are swapped and services restarted while they are asked: no request fails, and every answer is one of the two models'. */
@Timeout(240)
class RolloutIT {

    private static final String MODEL = "late";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int PER_SECOND = 200;
    private static final int CONNECTIONS = 8;
    private static final String BODY =
            "{\"sender\":\"ann\",\"depot\":1,\"price\":77.5,\"grams\":800,\"timestamp\":\"2026-03-01T12:00:00Z\"}";

    @TempDir
    private static Path cache;

    private static LocalStack stack;
    private static TestRegistry registry;
    private static final Map<String, Float> SCORES = new HashMap<>();

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.MLFLOW, Server.REDIS);
        registry = new TestRegistry(URI.create(stack.mlflow().trackingUri()));
        registry.createModel(MODEL);
        for (int seed = 1; seed <= 2; seed++) {
            registry.register(MODEL, TestPackages.of(MODEL, seed));
        }
        registry.alias(MODEL, "champion", "1");
        try (ConfigurableApplicationContext service = run()) {
            for (String version : new String[] {"1", "2"}) {
                registry.alias(MODEL, "champion", version);
                refresh(service);
                JsonNode answer = JSON.readTree(post(url(service).resolve("/score"), BODY));
                assertThat(answer.path("model_version").textValue()).isEqualTo("v" + version);
                SCORES.put("v" + version, (float) answer.path("chance").doubleValue());
            }
        }
        assertThat(SCORES.get("v1")).isNotEqualTo(SCORES.get("v2"));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    private static ConfigurableApplicationContext run() {
        return new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                        "--MILLRACE_USE_CASE=parcels",
                        "--REDIS_URL=" + stack.redis().url(),
                        "--KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1",
                        // A machine that is busy must not make it answer without features: that is another test's.
                        "--MILLRACE_FEATURES_DEADLINE=2s",
                        "--MLFLOW_TRACKING_URI=" + registry.server(),
                        "--MILLRACE_MODEL_CACHE=" + cache,
                        "--MILLRACE_MODEL_POLL=1h",
                        "--MILLRACE_MODEL_TIMEOUT=5s",
                        "--MILLRACE_DRAIN=1s");
    }

    private static URI url(ConfigurableApplicationContext service) {
        return URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"));
    }

    private static String post(URI url, String body) throws Exception {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(url).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response::body).isEqualTo(200);
        return response.body();
    }

    private static void refresh(ConfigurableApplicationContext service) throws Exception {
        post(url(service).resolve("/v1/models:refresh"), "");
    }

    /** What may happen while requests come in. */
    @FunctionalInterface
    private interface Happening {
        void run() throws Exception;
    }

    /** Asks all the time until the happening is over, and asserts that every answer is one of the two. */
    private static void assertNobodyNotices(URI server, Happening happening) throws Exception {
        Map<String, Float> seen = new ConcurrentHashMap<>();
        HttpCall call = HttpCall.post(server.resolve("/score"), Map.of(), BODY);
        HttpLoad load = new HttpLoad(server, CONNECTIONS);
        long errors = 0;
        long answers = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> running = threads.submit(() -> {
                happening.run();
                return null;
            });
            while (!running.isDone()) {
                LoadResult result = load.open(
                        PER_SECOND,
                        Duration.ofSeconds(2),
                        i -> call,
                        (number, status, body, nanos) -> look(body, seen));
                errors += result.errors();
                answers += result.latency().getTotalCount();
            }
            running.get();
        }
        assertThat(errors).as("of %d requests", answers).isZero();
        assertThat(Set.copyOf(seen.values())).isEqualTo(Set.copyOf(SCORES.values()));
        System.out.printf("%d answers while that happened, none failed%n", answers);
    }

    private static void look(byte[] body, Map<String, Float> seen) {
        try {
            JsonNode answer = JSON.readTree(body);
            Float score = (float) answer.path("chance").doubleValue();
            String version = answer.path("model_version").asText();
            seen.put(version, score);
            assertThat(score)
                    .as(answer::toString)
                    .isEqualTo(SCORES.get(Integer.parseInt(version.substring(1)) % 2 == 1 ? "v1" : "v2"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each to a version that the service has not seen: it is downloaded, checked and warmed up under load. */
    private static void swap(int times) throws Exception {
        try (ConfigurableApplicationContext service = run()) {
            assertNobodyNotices(url(service), () -> {
                for (int i = 0; i < times; i++) {
                    String version = registry.register(MODEL, TestPackages.of(MODEL, 1 + i % 2));
                    registry.alias(MODEL, "champion", version);
                    refresh(service);
                }
            });
        }
    }

    private static void restart(int times) throws Exception {
        registry.alias(MODEL, "champion", "1");
        ConfigurableApplicationContext[] current = {run()};
        try (FaultyWire front = new FaultyWire(url(current[0]))) {
            assertNobodyNotices(front.url(), () -> {
                for (int i = 0; i < times; i++) {
                    registry.alias(MODEL, "champion", i % 2 == 0 ? "2" : "1");
                    ConfigurableApplicationContext next = run();
                    refresh(next);
                    front.leadTo(url(next));
                    current[0].close();
                    current[0] = next;
                }
            });
        } finally {
            current[0].close();
        }
    }

    @Test
    void nobodyNoticesSwaps() throws Exception {
        swap(6);
    }

    @Test
    void nobodyNoticesRestarts() throws Exception {
        restart(2);
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void nobodyNoticesAHundredSwaps() throws Exception {
        swap(100);
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void nobodyNoticesTwentyRestarts() throws Exception {
        restart(20);
    }
}

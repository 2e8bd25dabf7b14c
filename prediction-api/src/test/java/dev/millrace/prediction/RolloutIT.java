package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalStack;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.server.Server;
import dev.millrace.schema.event.Topics;
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
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
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

    /** What a process ends with that was told to, and did so by itself. */
    private static final int TERMINATED = 128 + 15;

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static TestRegistry registry;
    private static final Map<String, Float> SCORES = new HashMap<>();

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.MLFLOW, Server.REDIS, Server.KAFKA);
        TestTopics.create(stack.kafka().bootstrapServers(), Topics.PREDICTIONS);
        registry = new TestRegistry(URI.create(stack.mlflow().trackingUri()));
        registry.createModel(MODEL);
        for (int seed = 1; seed <= 2; seed++) {
            registry.register(MODEL, TestPackages.of(MODEL, seed));
        }
        registry.alias(MODEL, "champion", "1");
        try (ConfigurableApplicationContext service = run()) {
            for (String version : new String[] {"1", "2"}) {
                registry.alias(MODEL, "champion", version);
                refresh(url(service));
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

    /** A machine that is busy must not make it answer without features: that is another test's. */
    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.putAll(Map.of(
                "MILLRACE_USE_CASES", Parcels.USE_CASES.toString(),
                "MILLRACE_USE_CASE", "parcels",
                "MILLRACE_FEATURES_DEADLINE", "2s",
                "MILLRACE_MODEL_CACHE", folder.resolve("models").toString(),
                "MILLRACE_MODEL_POLL", "1h",
                "MILLRACE_MODEL_TIMEOUT", "5s",
                "MILLRACE_DRAIN", "3s"));
        return settings;
    }

    private static ConfigurableApplicationContext run() {
        return new SpringApplicationBuilder(PredictionApi.class)
                .run(Stream.concat(
                                Stream.of("--SERVER_PORT=0"),
                                settings().entrySet().stream()
                                        .map(setting -> "--" + setting.getKey() + "=" + setting.getValue()))
                        .toArray(String[]::new));
    }

    private static ServiceProcess process() {
        return ServiceProcess.start(settings(), folder.resolve("log"));
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

    private static void refresh(URI service) throws Exception {
        post(service.resolve("/v1/models:refresh"), "");
    }

    /** Asks all the time until the happening is over, and asserts that every answer is one of the two; how many there were. */
    private static long assertNobodyNotices(URI server, Happening happening) throws Exception {
        Map<String, Float> seen = new ConcurrentHashMap<>();
        HttpCall call = HttpCall.post(server.resolve("/score"), Map.of(), BODY);
        HttpLoad load = new HttpLoad(server, CONNECTIONS);
        LongAdder errors = new LongAdder();
        LongAdder answers = new LongAdder();
        happening.beside(() -> {
            LoadResult result = load.open(
                    PER_SECOND, Duration.ofSeconds(2), i -> call, (number, status, body, nanos) -> look(body, seen));
            errors.add(result.errors());
            answers.add(result.latency().getTotalCount());
        });
        assertThat(errors.sum()).as("of %s requests", answers).isZero();
        assertThat(Set.copyOf(seen.values())).isEqualTo(Set.copyOf(SCORES.values()));
        System.out.printf("%s answers while that happened, none failed%n", answers);
        return answers.sum();
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
                    refresh(url(service));
                }
            });
        }
    }

    /** The log loses nothing, either. */
    private static void restart(int times) throws Exception {
        String kafka = stack.kafka().bootstrapServers();
        long before = LoggedPredictions.count(kafka);
        long answers;
        registry.alias(MODEL, "champion", "1");
        ServiceProcess[] current = {process()};
        try (FaultyWire front = new FaultyWire(current[0].url())) {
            answers = assertNobodyNotices(front.url(), () -> {
                for (int i = 0; i < times; i++) {
                    registry.alias(MODEL, "champion", i % 2 == 0 ? "2" : "1");
                    ServiceProcess next = process();
                    refresh(next.url());
                    ServiceProcess old = current[0];
                    current[0] = next;
                    replace(old, next, front);
                }
            });
        } finally {
            current[0].close();
        }
        assertThat(LoggedPredictions.count(kafka) - before).isEqualTo(answers);
    }

    /** As Kubernetes does: the old one is told to stop, and gets connections until it says that it is not ready any more. */
    private static void replace(ServiceProcess old, ServiceProcess next, FaultyWire front) throws Exception {
        Thread stopping = Thread.ofVirtual().start(old::close);
        await().pollInterval(Duration.ofMillis(10)).until(() -> !old.isReady());
        front.leadTo(next.url());
        stopping.join();
        assertThat(old.running().exitCode()).hasValue(TERMINATED);
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

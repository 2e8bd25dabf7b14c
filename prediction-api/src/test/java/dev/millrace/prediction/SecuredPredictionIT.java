package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The service with security on: what its document says of every operation is so. */
@Timeout(180)
class SecuredPredictionIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    /** Each includes those before it. */
    private static final List<String> ROLES = List.of("reader", "scorer", "operator", "admin");

    /** Who may do what, as it is meant: the document says what the code says, and must not be its own measure. */
    private static final Map<String, String> LEAST_ROLES = Map.ofEntries(
            Map.entry("post /score", "scorer"),
            Map.entry("post /v1/models/late/predict", "scorer"),
            Map.entry("post /v1/models/late/predict:batch", "scorer"),
            Map.entry("post /v2/models/late/infer", "scorer"),
            Map.entry("get /v1/features/{use_case}", "reader"),
            Map.entry("post /v1/labels", "operator"),
            Map.entry("get /v1/models", "reader"),
            Map.entry("get /v1/models/{model}/drift", "reader"),
            Map.entry("post /v1/models:refresh", "operator"),
            Map.entry("get /v2", "reader"),
            Map.entry("get /v2/health/live", "open"),
            Map.entry("get /v2/health/ready", "open"),
            Map.entry("get /v2/models/{model}", "reader"),
            Map.entry("get /v2/models/{model}/ready", "reader"),
            Map.entry("get /health", "open"),
            Map.entry("get /health/liveness", "open"),
            Map.entry("get /health/readiness", "open"),
            Map.entry("get /metrics", "open"),
            Map.entry("get /openapi.json", "reader"),
            Map.entry("get /docs", "reader"));

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static ConfigurableApplicationContext service;
    private static String metricsAtStart;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.REDIS);
        writeKeys(folder.resolve("keys"));
        TestCache.keep(folder.resolve("models"), Parcels.MODEL, "3", TestPackages.of(Parcels.MODEL, 1));
        service = new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                        "--MILLRACE_USE_CASE=parcels",
                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                        "--REDIS_URL=" + stack.redis().url(),
                        // Nothing is there: answers do not depend on it.
                        "--KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1",
                        "--MILLRACE_MODEL_CACHE=" + folder.resolve("models"),
                        "--MILLRACE_SECURITY=on",
                        "--MILLRACE_API_KEYS_RELOAD=50ms",
                        "--MILLRACE_API_KEYS=" + folder.resolve("keys"));
        metricsAtStart = send("GET", "/metrics", "").body();
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    private static String key(String owner) {
        return "the key of the " + owner;
    }

    private static void writeKeys(Path file) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String role : ROLES) {
            lines.add(line(role, role, "parcels"));
        }
        lines.add(line("stranger", "admin", "another"));
        Files.write(file, lines);
    }

    private static String line(String id, String role, String useCase) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(key(id).getBytes(StandardCharsets.UTF_8));
        return String.join(" ", id, "sha256:" + HexFormat.of().formatHex(digest), role, useCase, "never");
    }

    private static HttpResponse<String> send(String method, String path, String body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port") + path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static String code(HttpResponse<String> answer) throws Exception {
        return JSON.readTree(answer.body()).path("code").asText();
    }

    @Test
    void healthSaysThatTheKeysAreOld() throws Exception {
        try {
            Files.writeString(folder.resolve("keys"), "broken");
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(send("GET", "/health", "").body()).contains("api-keys-old"));
            assertThat(send("GET", "/openapi.json", "", "X-API-Key", key("reader"))
                            .statusCode())
                    .isEqualTo(200);
        } finally {
            writeKeys(folder.resolve("keys"));
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(send("GET", "/health", "").body()).doesNotContain("api-keys-old"));
    }

    @Test
    void everyOperationHasTheRoleThatIsMeant() throws Exception {
        JsonNode document = JSON.readTree(
                send("GET", "/openapi.json", "", "X-API-Key", key("reader")).body());
        Map<String, String> documented = new TreeMap<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                JsonNode security = method.getValue().path("security");
                documented.put(
                        method.getKey() + " " + path.getKey(),
                        security.isEmpty()
                                ? "open"
                                : security.path(0).path("apiKey").path(0).asText());
            }
        }
        assertThat(documented).isEqualTo(LEAST_ROLES);
    }

    /** Every documented operation, as nobody and as each role: what the document says of it is so. */
    @TestFactory
    Stream<DynamicTest> everyOperationAsksForItsRole() throws Exception {
        JsonNode document = JSON.readTree(
                send("GET", "/openapi.json", "", "X-API-Key", key("reader")).body());
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                JsonNode security = method.getValue().path("security");
                assertThat(security.isArray())
                        .as("the rule of " + path.getKey())
                        .isTrue();
                tests.add(DynamicTest.dynamicTest(
                        method.getKey() + " " + path.getKey(),
                        () -> assertRule(
                                method.getKey().toUpperCase(Locale.ROOT),
                                path.getKey().replace("{use_case}", "parcels").replace("{model}", "late"),
                                security)));
            }
        }
        assertThat(tests).hasSameSizeAs(LEAST_ROLES.keySet());
        return tests.stream();
    }

    private static void assertRule(String method, String path, JsonNode security) throws Exception {
        HttpResponse<String> unknown = send(method, path, "{}");
        if (security.isEmpty()) {
            assertThat(path).matches("/metrics|/health.*|/v2/health/.*");
            assertThat(unknown.statusCode()).isNotIn(401, 403, 404);
            return;
        }
        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(code(unknown)).isEqualTo("unauthenticated");
        String needed = security.path(0).path("apiKey").path(0).textValue();
        for (String role : ROLES) {
            HttpResponse<String> answer = send(method, path, "{}", "X-API-Key", key(role));
            if (ROLES.indexOf(role) >= ROLES.indexOf(needed)) {
                // An empty body is refused for what it lacks: whoever made it came through.
                assertThat(answer.statusCode()).as(role).isNotIn(401, 403, 404, 500);
            } else {
                assertThat(answer.statusCode()).as(role).isEqualTo(403);
                assertThat(code(answer)).isEqualTo("forbidden");
            }
        }
        HttpResponse<String> stranger = send(method, path, "{}", "X-API-Key", key("stranger"));
        assertThat(stranger.statusCode()).isEqualTo(404);
        assertThat(code(stranger)).isEqualTo("not-found");
    }

    @Test
    void anotherUseCasesFeaturesAreNotThere() throws Exception {
        HttpResponse<String> other = send("GET", "/v1/features/another", "", "X-API-Key", key("admin"));
        assertThat(other.statusCode()).isEqualTo(404);
    }

    @Test
    void theServiceCallsItselfToGetWarm() throws Exception {
        assertThat(metricsAtStart).contains("jvm_memory").doesNotContain("requests_refused_total");
    }

    @Test
    void whoMayIsAnswered() throws Exception {
        HttpResponse<String> answer = send(
                "POST",
                "/score",
                "{\"sender\": \"ann\", \"depot\": 1, \"price\": 5}",
                "X-API-Key",
                key("scorer"),
                "X-Request-ID",
                "mine-1");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body()).path("request_id").asText()).isEqualTo("mine-1");
        assertThat(answer.headers().firstValue("X-Request-ID")).hasValue("mine-1");
    }
}

package dev.millrace.ingestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
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
final class SecuredIngestionIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    /** Each includes those before it. */
    private static final List<String> ROLES = List.of("reader", "scorer", "operator", "admin");

    /** Who may do what, as it is meant: the document says what the code says, and must not be its own measure. */
    private static final Map<String, String> LEAST_ROLES = Map.of(
            "post /v1/events/orders", "scorer",
            "post /v1/events/visits", "scorer",
            "post /v1/events/labels", "operator",
            "get /health", "open",
            "get /health/liveness", "open",
            "get /health/readiness", "open",
            "get /metrics", "open",
            "get /openapi.json", "reader",
            "get /docs", "reader");

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.KAFKA, Server.S3);
        System.setProperty("aws.accessKeyId", stack.s3().accessKey());
        System.setProperty("aws.secretAccessKey", stack.s3().secretKey());
        writeKeys(folder.resolve("keys"));
        service = new SpringApplicationBuilder(IngestionService.class)
                .run(
                        "--server.port=0",
                        "--millrace.use-cases=src/test/resources/use-cases",
                        "--millrace.use-case=orders",
                        "--millrace.masking-key=a secret for tests only",
                        "--millrace.s3-endpoint=" + stack.s3().endpoint(),
                        "--millrace.s3-region=" + stack.s3().region(),
                        "--spring.kafka.bootstrap-servers=" + stack.kafka().bootstrapServers(),
                        "--MILLRACE_SECURITY=on",
                        "--MILLRACE_API_KEYS_RELOAD=50ms",
                        "--MILLRACE_API_KEYS=" + folder.resolve("keys"));
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
            lines.add(line(role, role, "orders"));
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
                                path.getKey().replace("{use_case}", "orders"),
                                security)));
            }
        }
        assertThat(tests).hasSameSizeAs(LEAST_ROLES.keySet());
        return tests.stream();
    }

    private static void assertRule(String method, String path, JsonNode security) throws Exception {
        HttpResponse<String> unknown = send(method, path, "{}");
        if (security.isEmpty()) {
            assertThat(path).matches("/metrics|/health.*");
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
    void onlyOperatorsStateWhenEventsArrived() throws Exception {
        String[] scorer = {"X-API-Key", key("scorer"), "Arrival-Lag", "PT0S"};
        HttpResponse<String> refused = send("POST", "/v1/events/orders", "{}", scorer);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(code(refused)).isEqualTo("operator-only");
        String[] operator = {"X-API-Key", key("operator"), "Arrival-Lag", "PT0S"};
        HttpResponse<String> taken = send("POST", "/v1/events/orders", "{}", operator);
        assertThat(taken.statusCode()).isEqualTo(400);
        assertThat(code(taken)).isEqualTo("missing-field");
    }
}

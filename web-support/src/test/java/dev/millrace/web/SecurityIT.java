package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.millrace.web.security.Access;
import dev.millrace.web.security.BadTokens;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;

/** Who gets what, over real HTTP. */
@Timeout(60)
class SecurityIT extends WithSecuredService {

    private static ConfigurableApplicationContext shared;

    @BeforeAll
    static void share() {
        shared = run("millrace.use-case=parcels,letters");
    }

    @AfterAll
    static void endSharing() {
        shared.close();
    }

    /** Every documented operation, as nobody and as each role: what the document says of it is so. */
    @TestFactory
    Stream<DynamicTest> everyOperationAsksForItsRole() throws Exception {
        JsonNode document = JSON.readTree(send("GET", "/openapi.json", "X-API-Key", "the key of the reader")
                .body());
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                JsonNode security = method.getValue().path("security");
                assertThat(security.isArray())
                        .as("the rule of " + path.getKey())
                        .isTrue();
                String name = method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                tests.add(DynamicTest.dynamicTest(name, () -> assertRule(name, security)));
            }
        }
        assertThat(tests).hasSize(10);
        return tests.stream();
    }

    private static void assertRule(String operation, JsonNode security) throws Exception {
        String method = operation.substring(0, operation.indexOf(' '));
        String path = operation.substring(method.length() + 1).replaceAll("\\{.*?}", "some");
        HttpResponse<String> unknown = send(method, path);
        if (security.isEmpty()) {
            assertThat(unknown.statusCode()).isEqualTo(200);
            return;
        }
        assertRefused(unknown, 401, "unauthenticated");
        String needed = security.path(0).path("apiKey").path(0).textValue();
        for (String role : ROLES) {
            HttpResponse<String> answer = send(method, path, "X-API-Key", "the key of the " + role);
            if (ROLES.indexOf(role) >= ROLES.indexOf(needed)) {
                assertThat(answer.statusCode()).as(role).isEqualTo(200);
            } else {
                assertRefused(answer, 403, "forbidden");
                assertThat(answer.headers().firstValue("WWW-Authenticate"))
                        .hasValue("Bearer realm=\"millrace\", error=\"insufficient_scope\", scope=\"" + needed + "\"");
            }
        }
        assertRefused(send(method, path, "X-API-Key", STRANGER), 404, "not-found");
    }

    @Test
    void callersAreKnownByKeyOrToken() throws Exception {
        assertThat(send("GET", "/read/this?x=;..//", "X-API-Key", "the key of the reader")
                        .body())
                .isEqualTo("reader reads this");
        assertThat(send(
                                "POST",
                                "/score",
                                "Authorization",
                                "Bearer " + token(Instant.now().plusSeconds(60)))
                        .body())
                .isEqualTo("ann@example.org");
        assertThat(send(
                                "POST",
                                "/score",
                                "authorization",
                                "bearer " + token(Instant.now().plusSeconds(60)))
                        .statusCode())
                .isEqualTo(200);
        assertRefused(
                send(
                        "POST",
                        "/operate",
                        "Authorization",
                        "Bearer " + token(Instant.now().plusSeconds(60))),
                403,
                "forbidden");
    }

    /** Callers with a key or a token for parcels, with one for letters, and with one for both, of a process of both. */
    @ParameterizedTest
    @CsvSource({
        "GET, /read/this, 200, 200, 200",
        "GET, /box, 200, 404, 200",
        "HEAD, /box, 200, 404, 200",
        "POST, /box, 405, 404, 405",
        "GET, /shelves/boxes, 200, 404, 200",
        "POST, /shelves/boxes, 405, 404, 405",
        "GET, /shelves/stamps, 404, 200, 200",
        "GET, /shelves/none, 404, 404, 200",
        "GET, /shelves/box%65s, 404, 404, 200",
    })
    void ofSeveralUseCasesACallerHasThoseThatItSees(String method, String path, int one, int other, int both)
            throws Exception {
        assertThat(send(shared, method, path, "X-API-Key", "the key of the reader")
                        .statusCode())
                .isEqualTo(one);
        String token = "Bearer " + token(Instant.now().plusSeconds(60));
        assertThat(send(shared, method, path, "Authorization", token).statusCode())
                .isEqualTo(one);
        assertThat(send(shared, method, path, "X-API-Key", STRANGER).statusCode())
                .isEqualTo(other);
        for (String key : List.of("the key of both", "the key of all")) {
            assertThat(send(shared, method, path, "X-API-Key", key).statusCode())
                    .as(key)
                    .isEqualTo(both);
        }
    }

    @Test
    void theServiceMayCallItself() throws Exception {
        assertThat(send("POST", "/score", "X-Own", SecuredService.OWN).body()).isEqualTo("this-process");
        assertRefused(send("POST", "/operate", "X-Own", SecuredService.OWN), 403, "forbidden");
        assertRefused(send("POST", "/score", "X-Own", SecuredService.OWN + "0"), 401, "unauthenticated");
    }

    @Test
    void takesTheKeysThatTheProviderRotatesTo() throws Exception {
        RSAKey next = new RSAKeyGenerator(2048).keyID("two").generate();
        AtomicReference<RSAKey> published = new AtomicReference<>(key);
        issuer.createContext("/rotating", exchange -> {
            byte[] body = new JWKSet(published.get()).toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        String url = "http://127.0.0.1:" + issuer.getAddress().getPort() + "/rotating";
        Instant end = Instant.now().plusSeconds(60);
        try (ConfigurableApplicationContext other =
                run("MILLRACE_JWT_KEYS=" + url, "MILLRACE_JWT_KEPT_KEYS=" + folder.resolve("rotating.json"))) {
            String old = "Bearer " + token(key, end);
            assertThat(send(other, "POST", "/score", "Authorization", old).statusCode())
                    .isEqualTo(200);
            published.set(next);
            assertThat(send(other, "POST", "/score", "Authorization", "Bearer " + token(next, end))
                            .statusCode())
                    .isEqualTo(200);
            assertRefused(send(other, "POST", "/score", "Authorization", old), 401, "unauthenticated");
        }
    }

    @TestFactory
    Stream<DynamicTest> badTokensAreRefused() throws Exception {
        assertThat(send(
                                "POST",
                                "/score",
                                "Authorization",
                                "Bearer " + token(Instant.now().plusSeconds(60)))
                        .statusCode())
                .isEqualTo(200);
        return BadTokens.of(key, Instant.now(), Duration.ofMinutes(2)).entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    HttpResponse<String> answer = send("POST", "/score", "Authorization", "Bearer " + each.getValue());
                    if (each.getValue().length() < 8_000) {
                        assertRefused(answer, 401, "unauthenticated");
                    } else {
                        // It is refused with the request, before anybody looks for a token or gives it a name.
                        assertThat(answer.statusCode()).isEqualTo(400);
                        assertThat(answer.body()).contains("\"code\":\"bad-request\"");
                    }
                }));
    }

    @Test
    void badCredentialsAreRefusedWithoutSayingWhy() throws Exception {
        String good = "Bearer " + token(Instant.now().plusSeconds(60));
        String[][] bad = {
            {"Authorization", "Bearer " + token(Instant.now().minusSeconds(60))},
            {"Authorization", "Bearer x"},
            {"Authorization", "Bearer "},
            {"X-API-Key", "unknown"},
            {"X-API-Key", ""},
            {"X-API-Key", digest("the key of the admin")}
        };
        for (String[] headers : bad) {
            HttpResponse<String> answer = send("POST", "/score", headers);
            assertRefused(answer, 401, "unauthenticated");
            assertThat(JSON.readTree(answer.body()).path("detail").textValue())
                    .as(String.join(": ", headers))
                    .isIn(
                            "Expected a key or token that is valid here and now; ask whoever runs this service for one",
                            "Expected an API key in the header X-API-Key or a token in the header Authorization:"
                                    + " Bearer; none came");
        }
        String[][] several = {
            {"Authorization", good, "Authorization", good},
            {"Authorization", good, "X-API-Key", "the key of the admin"},
            {"X-API-Key", "the key of the admin", "X-API-Key", "the key of the admin"}
        };
        for (String[] headers : several) {
            HttpResponse<String> answer = send("POST", "/score", headers);
            assertRefused(answer, 401, "unauthenticated");
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .hasValue("Bearer realm=\"millrace\", error=\"invalid_request\"");
        }
        assertThat(send("POST", "/score", "Authorization", "Basic YTpi")
                        .headers()
                        .firstValue("WWW-Authenticate"))
                .hasValue("Bearer realm=\"millrace\"");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /forgotten, 404, not-found",
        "GET, /error, 404, not-found",
        "GET, /actuator, 404, not-found",
        "GET, /score, 405, method-not-allowed",
        "DELETE, /read/this, 405, method-not-allowed",
        "OPTIONS, /score, 405, method-not-allowed",
        "POST, /health, 405, method-not-allowed",
        "GET, /read/this/more, 404, not-found",
        "POST, /score/, 404, not-found",
    })
    void whatNobodyDocumentedIsDenied(String method, String path, int status, String code) throws Exception {
        assertRefused(send(method, path), 401, "unauthenticated");
        assertRefused(send(method, path, "X-API-Key", "the key of the admin"), status, code);
    }

    /** Sent as they are: a client of Java's would tidy them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health/../score",
                "/health/./../score",
                "/health;/../score",
                "/health;a=b",
                "/score;a",
                "//score",
                "/%2e%2e/score",
                "/health/%2E%2E/score",
                "/%73core;",
                "/health%2f..%2fscore",
                "/health%5c..%5cscore",
                "/health\\..\\score",
                "/%73core",
                "/score%00",
                "/score%253b",
                "http://here/score",
                "http://here/health/../score",
            })
    void noPathLeadsAroundTheRules(String path) throws Exception {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                Integer.parseInt(service.getEnvironment().getProperty("local.server.port")))) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST " + path
                                    + " HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).matches("(?s)HTTP/1\\.1 (400|401|404) .*").doesNotContain("nobody");
        }
    }

    @Test
    void keysAreReloadedAndABrokenFileIsTold() throws Exception {
        try {
            List<String> lines = keyLines();
            lines.add("new sha256:" + digest("a new key") + " reader * never");
            writeKeys(lines);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(send("GET", "/read/this", "X-API-Key", "a new key")
                                    .statusCode())
                            .isEqualTo(200));
            writeKeys(List.of("broken"));
            Access access = service.getBean(Access.class);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(access.troubles()).containsKey("api-keys-old"));
            assertThat(send("GET", "/read/this", "X-API-Key", "a new key").statusCode())
                    .isEqualTo(200);
            writeKeys(keyLines());
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(send("GET", "/read/this", "X-API-Key", "a new key")
                                    .statusCode())
                            .isEqualTo(401));
            assertThat(access.troubles()).isEmpty();
        } finally {
            writeKeys(keyLines());
        }
    }

    @Test
    void startsWhileTheIdentityProviderIsDown() throws Exception {
        String token = "Bearer " + token(Instant.now().plusSeconds(60));
        try (ConfigurableApplicationContext other = run("MILLRACE_JWT_KEYS=http://127.0.0.1:1/jwks")) {
            assertThat(send(other, "POST", "/score", "Authorization", token).statusCode())
                    .isEqualTo(200);
            assertThat(other.getBean(Access.class).troubles()).containsOnlyKeys("jwt-keys-old");
        }
    }

    @Test
    void withoutKeysEverybodyIsLetIn() throws Exception {
        try (ConfigurableApplicationContext local = run("MILLRACE_SECURITY=off")) {
            assertThat(send(local, "POST", "/score").body()).isEqualTo("local");
            assertThat(send(local, "POST", "/rule").body()).isEqualTo("local");
        }
        try (ConfigurableApplicationContext open = run("MILLRACE_SECURITY=open", "server.address=0.0.0.0")) {
            assertThat(send(open, "POST", "/score").body()).isEqualTo("anybody");
        }
    }

    @Test
    void neitherLogsNorMetricsNorErrorsHoldCredentials() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger ours = (Logger) LoggerFactory.getLogger("dev.millrace");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        ours.setLevel(Level.TRACE);
        String good = token(Instant.now().plusSeconds(60));
        String old = token(Instant.now().minusSeconds(60));
        StringBuilder answers = new StringBuilder();
        try {
            ours.info("the log is read");
            for (String token : List.of(good, old, good + "x", "4556737586899855")) {
                for (String path : List.of("/score", "/operate", "/nowhere")) {
                    HttpResponse<String> answer = send("POST", path, "Authorization", "Bearer " + token);
                    answers.append(answer.headers()).append(answer.body());
                    answers.append(send("POST", path, "X-API-Key", token).body());
                }
            }
            writeKeys(List.of("mine mr_a-key-in-the-wrong-place reader * never"));
            Access access = service.getBean(Access.class);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(access.troubles()).isNotEmpty());
            answers.append(access.troubles()).append(send("GET", "/metrics").body());
            lines.list.forEach(
                    line -> answers.append(line.getFormattedMessage()).append(line.getMDCPropertyMap()));
        } finally {
            root.detachAppender(lines);
            ours.setLevel(null);
            writeKeys(keyLines());
        }
        assertThat(answers)
                .contains("the log is read", "requests_refused_total{code=\"unauthenticated\"}", "api-keys-old")
                .doesNotContain(good.substring(good.lastIndexOf('.')), old.substring(old.lastIndexOf('.')))
                .doesNotContain(good.split("\\.")[1], "4556737586899855", "mr_a-key", "the key of the");
    }
}

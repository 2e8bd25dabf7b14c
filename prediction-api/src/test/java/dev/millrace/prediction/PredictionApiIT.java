package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.FollowedModels;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The service against a real MLflow that it follows, loses and finds again. */
@Timeout(240)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PredictionApiIT {

    private static final String MODEL = "late";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path cache;

    private static LocalStack stack;
    private static TestRegistry registry;
    private ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.MLFLOW, Server.REDIS, Server.POSTGRES);
        registry = new TestRegistry(URI.create(stack.mlflow().trackingUri()));
        registry.createModel(MODEL);
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @AfterEach
    void stopService() {
        if (service != null) {
            service.close();
        }
    }

    private void run(URI mlflow) throws Exception {
        service = new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                        "--REDIS_URL=" + stack.redis().url(),
                        "--POSTGRES_URL=" + stack.postgres().url(),
                        "--POSTGRES_USER=" + stack.postgres().user(),
                        "--POSTGRES_PASSWORD=" + stack.postgres().password(),
                        // Nothing is there: answers do not depend on it.
                        "--KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1",
                        "--MILLRACE_USE_CASE=parcels",
                        "--MLFLOW_TRACKING_URI=" + mlflow,
                        "--MILLRACE_MODEL_CACHE=" + cache,
                        "--MILLRACE_MODEL_POLL=200ms",
                        "--MILLRACE_MODEL_TIMEOUT=5s");
    }

    private HttpResponse<String> get(String path) throws Exception {
        int port = Integer.parseInt(service.getEnvironment().getProperty("local.server.port"));
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                BodyHandlers.ofString());
    }

    private JsonNode health() throws Exception {
        return JSON.readTree(get("/health").body());
    }

    private void awaitHealth(String status, String version, String reason) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            JsonNode health = health();
            assertThat(health.path("status").asText()).isEqualTo(status);
            assertThat(health.path("models").path(0).path("version").asText()).isEqualTo(version);
            assertThat(health.path("reasons").path(0).path("code").asText()).isEqualTo(reason);
        });
    }

    @Test
    @Order(1)
    void followsTheChampionAndKeepsTheOldOneWhenTheNewOneIsBroken() throws Exception {
        run(registry.server());
        assertThat(get("/health/liveness").statusCode()).isEqualTo(200);
        awaitHealth("down", "", "no-champion");
        assertThat(get("/health").statusCode()).isEqualTo(503);
        assertThat(get("/health/readiness").statusCode()).isEqualTo(503);

        registry.promote(MODEL, registry.register(MODEL, TestPackages.of(MODEL, 1)));
        awaitHealth("ok", "v1", "");
        assertThat(get("/health").statusCode()).isEqualTo(200);
        assertThat(get("/health/readiness").body()).isEqualTo("{\"status\":\"ok\"}");

        FollowedModels models = service.getBean(FollowedModels.class);
        AtomicBoolean missing = new AtomicBoolean();
        AtomicBoolean running = new AtomicBoolean(true);
        Thread reader = Thread.ofVirtual().start(() -> {
            while (running.get()) {
                if (models.served(MODEL).isEmpty()) {
                    missing.set(true);
                }
                Thread.onSpinWait();
                Thread.yield();
            }
        });
        registry.promote(MODEL, registry.register(MODEL, TestPackages.of(MODEL, 2)));
        awaitHealth("ok", "v2", "");
        registry.promote(
                MODEL, registry.register(MODEL, TestPackages.of(MODEL, 3).broken()));
        awaitHealth("degraded", "v2", "model-digest");
        assertThat(get("/health").statusCode()).isEqualTo(200);
        running.set(false);
        reader.join();
        assertThat(missing).isFalse();

        String metrics = get("/metrics").body();
        assertThat(metrics)
                .contains("model_version_info{alias=\"champion\",model=\"late\",version=\"v2\"} 1")
                .doesNotContain("version=\"v1\"")
                .contains("model_loads_total{model=\"late\",result=\"success\"} 2.0")
                .contains("model_loads_total{model=\"late\",result=\"model-digest\"}");
    }

    @Test
    @Order(2)
    void startsFromDiskWhileTheRegistryIsAway() throws Exception {
        URI nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        run(nobody);
        awaitHealth("degraded", "v2", "registry-unreachable");
        assertThat(get("/health/readiness").statusCode()).isEqualTo(200);
    }

    @Test
    @Order(3)
    void keepsServingWhileTheRegistryIsRestarted() throws Exception {
        registry.promote(MODEL, registry.register(MODEL, TestPackages.of(MODEL, 4)));
        run(registry.server());
        awaitHealth("ok", "v4", "");
        stack.kill(Server.MLFLOW);
        awaitHealth("degraded", "v4", "registry-unreachable");
        stack.start(Server.MLFLOW);
        awaitHealth("ok", "v4", "");
    }

    @Test
    @Order(4)
    void errorsAreProblemsWithACode() throws Exception {
        run(registry.server());
        HttpResponse<String> response = get("/nowhere");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(JSON.readTree(response.body()).path("code").asText()).isEqualTo("not-found");
        int management = Integer.parseInt(service.getEnvironment().getProperty("local.management.port"));
        assertThat(management)
                .isNotEqualTo(Integer.parseInt(service.getEnvironment().getProperty("local.server.port")));
    }
}

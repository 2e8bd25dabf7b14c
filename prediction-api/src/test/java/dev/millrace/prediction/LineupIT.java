package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.avro.OtherScore;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.event.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Champion, challenger and shadow of one model in one process, against a real registry. */
@Timeout(240)
class LineupIT {

    private static final String MODEL = "late";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int REQUESTS = 400;

    @TempDir
    private static Path cache;

    private static LocalStack stack;
    private static TestRegistry registry;
    private static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.MLFLOW, Server.REDIS, Server.KAFKA);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(Topics.PREDICTIONS, 1, (short) 1)))
                    .all()
                    .get();
        }
        registry = new TestRegistry(URI.create(stack.mlflow().trackingUri()));
        registry.createModel(MODEL);
        service = new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                        "--REDIS_URL=" + stack.redis().url(),
                        "--KAFKA_BOOTSTRAP_SERVERS=" + stack.kafka().bootstrapServers(),
                        "--MILLRACE_USE_CASE=parcels",
                        "--MILLRACE_FEATURES_DEADLINE=500ms",
                        "--MLFLOW_TRACKING_URI=" + registry.server(),
                        "--MILLRACE_MODEL_CACHE=" + cache,
                        // Only told of changes.
                        "--MILLRACE_MODEL_POLL=1h",
                        "--MILLRACE_MODEL_TIMEOUT=5s");
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    private static JsonNode post(String path, Map<String, ?> body) throws Exception {
        int port = Integer.parseInt(service.getEnvironment().getProperty("local.server.port"));
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response::body).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static JsonNode refresh() throws Exception {
        return post("/v1/models:refresh", Map.of()).path("models").path(0);
    }

    private static Map<String, Object> request(int entity) {
        return Map.of("sender", "ann" + entity, "depot", 2, "price", 5 + entity % 90);
    }

    @Test
    void everyVersionScoresEveryRequestAndTheSameOneAnswersForAnEntity() throws Exception {
        Map<String, TestPackages> versions = new HashMap<>();
        for (int seed = 1; seed <= 3; seed++) {
            TestPackages files = TestPackages.of(MODEL, seed);
            versions.put("v" + registry.register(MODEL, files), files);
        }
        registry.alias(MODEL, "champion", "1");
        registry.alias(MODEL, "challenger", "2");
        registry.alias(MODEL, "shadow", "3");
        assertThat(refresh().path("aliases").toString())
                .isEqualTo("{\"champion\":\"v1\",\"challenger\":\"v2\",\"shadow\":\"v3\"}");

        List<String> first = answeredBy();
        assertThat(answeredBy()).as("the same version for the same entity").isEqualTo(first);
        long challenged = first.stream().filter("v2"::equals).count();
        assertThat(challenged)
                .as("the declared share is a quarter")
                .isBetween(REQUESTS * 18L / 100, REQUESTS * 32L / 100);

        List<Prediction> logged = logged(2 * REQUESTS);
        for (Prediction prediction : logged) {
            boolean challenger = prediction.getModelVersion().equals("v2");
            assertThat(prediction.getAlias()).isEqualTo(challenger ? "challenger" : "champion");
            assertThat(prediction.getModelDigest()).hasSize(64);
            assertThat(prediction.getOthers().stream().map(other -> other.getAlias() + " " + other.getModelVersion()))
                    .containsExactly(challenger ? "champion v1" : "challenger v2", "shadow v3");
            double[] vector =
                    prediction.getVector().stream().mapToDouble(value -> value).toArray();
            for (OtherScore other : prediction.getOthers()) {
                float score = versions.get(other.getModelVersion()).open().score(vector);
                assertThat((float) other.getScore()).isEqualTo(score);
                assertThat(other.getDecision()).isEqualTo(score >= 0.5);
            }
        }
        int port = Integer.parseInt(service.getEnvironment().getProperty("local.server.port"));
        String metrics = HTTP.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        assertThat(metrics)
                .contains("compared_scores_total{agrees=\"true\",alias=\"shadow\",model=\"late\",model_version=\"v3\"}")
                .contains(
                        "compared_score_difference_bucket{alias=\"shadow\",model=\"late\",model_version=\"v3\",le=\"0.1\"}")
                .contains("model_version_info{alias=\"challenger\",model=\"late\",version=\"v2\"} 1");

        registry.alias(MODEL, "champion", "3");
        registry.withdraw(MODEL, "challenger");
        registry.withdraw(MODEL, "shadow");
        assertThat(refresh().path("aliases").toString()).isEqualTo("{\"champion\":\"v3\"}");
        stack.kill(Server.MLFLOW);
        stack.start(Server.MLFLOW);
        registry.alias(MODEL, "champion", "1");
        assertThat(refresh().path("aliases").toString()).as("back again").isEqualTo("{\"champion\":\"v1\"}");
        assertThat(post("/score", request(1)).path("model_version").textValue()).isEqualTo("v1");
    }

    private static List<String> answeredBy() throws Exception {
        List<String> versions = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            versions.add(post("/score", request(i)).path("model_version").textValue());
        }
        return versions;
    }

    private static List<Prediction> logged(int count) {
        return LoggedPredictions.first(stack.kafka().bootstrapServers(), count);
    }
}

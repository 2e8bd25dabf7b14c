package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.schema.avro.OtherScore;
import dev.millrace.schema.avro.Prediction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Champion, challenger and shadow of one model in one process, against a real registry. */
@Timeout(240)
class LineupIT {

    private static final String MODEL = "late";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int REQUESTS = 400;

    @TempDir
    private static Path cache;

    private static FollowingService service;
    private static TestRegistry registry;

    @BeforeAll
    static void start() throws Exception {
        service = FollowingService.start("parcels", MODEL, cache);
        registry = service.registry();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static Map<String, Object> request(int entity) {
        return Map.of("sender", "ann" + entity, "depot", 2, "price", 5 + entity % 90);
    }

    /** The same sender with nothing else the same. */
    private static Map<String, Object> another(int entity) {
        return Map.of(
                "sender",
                "ann" + entity,
                "depot",
                3 + entity % 5,
                "price",
                7 + entity % 80,
                "parcel_id",
                new UUID(7, entity).toString());
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
        assertThat(service.refresh().path("aliases").toString())
                .isEqualTo("{\"champion\":\"v1\",\"challenger\":\"v2\",\"shadow\":\"v3\"}");

        List<String> first = answeredBy(LineupIT::request);
        assertThat(answeredBy(LineupIT::another))
                .as("the same version for the same entity, whatever else it asks")
                .isEqualTo(first);
        long challenged = first.stream().filter("v2"::equals).count();
        assertThat(challenged)
                .as("the declared share is a quarter")
                .isBetween(REQUESTS * 18L / 100, REQUESTS * 32L / 100);

        List<Prediction> logged = service.logged(2 * REQUESTS);
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
        String metrics = service.get("/metrics");
        assertThat(metrics)
                .contains("compared_scores_total{agrees=\"true\",alias=\"shadow\",model=\"late\",model_version=\"v3\"}")
                .contains(
                        "compared_score_difference_bucket{alias=\"shadow\",model=\"late\",model_version=\"v3\",le=\"0.1\"}")
                .contains("model_version_info{alias=\"challenger\",model=\"late\",version=\"v2\"} 1");
        JsonNode drift = JSON.readTree(service.get("/v1/models/late/drift")).path("versions");
        for (int i = 0; i < 3; i++) {
            JsonNode version = drift.path(i);
            String alias = List.of("champion", "challenger", "shadow").get(i);
            assertThat(version.path("alias").textValue()).isEqualTo(alias);
            assertThat(version.path("rows").intValue())
                    .as("each scored them all")
                    .isEqualTo(2 * REQUESTS);
            double score = version.path("score").doubleValue();
            assertThat(score).isStrictlyBetween(0.0, 1.0);
            assertThat(metrics)
                    .contains("score_drift_score{alias=\"%s\",model=\"late\",model_version=\"v%d\"} %s"
                            .formatted(alias, i + 1, score));
        }

        FollowedModels followed = service.service().getBean(FollowedModels.class);
        ServedModel loaded = followed.served(MODEL).orElseThrow();
        registry.alias(MODEL, "champion", "3");
        registry.withdraw(MODEL, "challenger");
        registry.withdraw(MODEL, "shadow");
        assertThat(service.refresh().path("aliases").toString()).isEqualTo("{\"champion\":\"v3\"}");
        service.stack().kill(Server.MLFLOW);
        service.stack().start(Server.MLFLOW);
        registry.alias(MODEL, "champion", "1");
        assertThat(service.refresh().path("aliases").toString())
                .as("back again")
                .isEqualTo("{\"champion\":\"v1\"}");
        assertThat(followed.served(MODEL).orElseThrow().model())
                .as("what was loaded before, and nothing that was downloaded anew")
                .isSameAs(loaded.model());
        assertThat(service.post("/score", request(1)).path("model_version").textValue())
                .isEqualTo("v1");
    }

    private static List<String> answeredBy(IntFunction<Map<String, Object>> requests) throws Exception {
        List<String> versions = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            versions.add(service.post("/score", requests.apply(i))
                    .path("model_version")
                    .textValue());
        }
        return versions;
    }
}

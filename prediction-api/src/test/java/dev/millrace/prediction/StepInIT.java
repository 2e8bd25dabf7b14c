package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schema.avro.OtherScore;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A version that gives no number: others answer instead, and the shadow still sees what it would see alone. */
@Timeout(240)
class StepInIT {

    /** At noon: the last feature is the hour. */
    private static final Map<String, Object> REQUEST =
            Map.of("sender", "ann1", "depot", 2, "price", 12.3, "timestamp", "2026-03-01T12:00:00Z");

    @TempDir
    private static Path folder;

    private static FollowingService service;
    private static TestRegistry registry;

    @BeforeAll
    static void start() throws Exception {
        service = FollowingService.start("parcels", Parcels.MODEL, folder.resolve("cache"));
        registry = service.registry();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static UseCase withoutTheHour() throws IOException {
        Path useCase = folder.resolve("parcels");
        DefinitionFiles.of(Parcels.ENGINE.useCase()).writeTo(useCase);
        Parcels.replace(useCase.resolve("models/late.yaml"), "  - {hour: hour_of_day(timestamp)}\n", "");
        return UseCaseLoader.load(useCase);
    }

    @Test
    void theShadowIsComparedWithWhoeverAnswered() throws Exception {
        TestPackages narrow = TestPackages.of(withoutTheHour(), Parcels.MODEL, 1);
        TestPackages shadow = TestPackages.of(Parcels.MODEL, 2);
        String previous = registry.register(Parcels.MODEL, narrow);
        String champion = registry.register(
                Parcels.MODEL, TestPackages.overflowing(Parcels.ENGINE.useCase(), Parcels.MODEL, "price"));
        registry.alias(Parcels.MODEL, "shadow", registry.register(Parcels.MODEL, shadow));
        registry.promote(Parcels.MODEL, champion);
        refresh("v" + champion);

        JsonNode ruled = service.post("/score", REQUEST);
        assertThat(ruled.path("model_version").textValue()).isEqualTo("none");
        assertThat(ruled.path("reasons")).extracting(JsonNode::textValue).containsExactly("no-number");
        assertThat(service.get("/metrics"))
                .contains("fallbacks_total{reason=\"no-number\"} 1.0")
                .doesNotContain("reason=\"no-model\"", "reason=\"previous-model\"");
        Prediction byRule = service.logged(1).getFirst();
        assertThat(byRule.getVector()).isEmpty();
        assertThat(byRule.getReasons()).containsExactly("no-number");

        registry.promote(Parcels.MODEL, previous);
        refresh("v" + previous);
        registry.promote(Parcels.MODEL, champion);
        refresh("v" + champion);
        for (String path : List.of("/score", "/v1/models/late/predict")) {
            JsonNode answer = service.post(path, REQUEST);
            assertThat(answer.path("model_version").textValue()).isEqualTo("v" + previous);
            assertThat(answer.path("reasons").toString()).contains("previous-model");
        }
        JsonNode batch = service.post("/v1/models/late/predict:batch", Map.of("rows", List.of(REQUEST)));
        assertThat(batch.path("answers").path(0).path("model_version").textValue())
                .as(batch::toString)
                .isEqualTo("v" + previous);
        assertThat(batch.at("/answers/0/reasons").toString()).contains("previous-model");
        assertThat(service.get("/metrics"))
                .contains("fallbacks_total{reason=\"previous-model\"} 3.0")
                .contains("fallbacks_total{reason=\"no-number\"} 1.0");

        List<Prediction> logged = service.logged(4);
        double[] seen = vector(logged.getLast());
        double[] withHour =
                DoubleStream.concat(Arrays.stream(seen), DoubleStream.of(12)).toArray();
        float expected = shadow.open().score(withHour);
        assertThat(logged).allSatisfy(prediction -> {
            assertThat(prediction.getOthers()).hasSize(1);
            OtherScore other = prediction.getOthers().getFirst();
            assertThat(other.getAlias()).isEqualTo("shadow");
            assertThat((float) other.getScore()).isEqualTo(expected);
        });
        assertThat(logged.subList(1, 4)).allSatisfy(prediction -> {
            assertThat(prediction.getAlias()).isEqualTo("previous");
            assertThat((float) prediction.getScore()).isEqualTo(narrow.open().score(vector(prediction)));
        });
        theChampionStepsInForTheChallenger(previous, champion, narrow);
        theChampionAnswersWhatTheChallengerRefuses(previous);
    }

    /** The champion reads the request by its own rules: it was trained without the hour. */
    private static void theChampionStepsInForTheChallenger(String champion, String overflowing, TestPackages opened)
            throws Exception {
        registry.promote(Parcels.MODEL, champion);
        registry.alias(Parcels.MODEL, "challenger", overflowing);
        refresh("v" + champion);
        int asked = 40;
        long steppedIn = 0;
        for (int i = 0; i < asked; i++) {
            JsonNode answer = service.post(
                    "/score",
                    Map.of("sender", "bob" + i, "depot", 2, "price", 12.3, "timestamp", "2026-03-01T12:00:00Z"));
            assertThat(answer.path("model_version").textValue()).isEqualTo("v" + champion);
            steppedIn += answer.path("reasons").toString().contains("previous-model") ? 1 : 0;
        }
        assertThat(steppedIn).as("the challenger's share is a quarter").isBetween(1L, asked - 1L);
        List<Prediction> logged = service.logged(4 + asked);
        assertThat(logged.subList(4, 4 + asked)).allSatisfy(prediction -> {
            assertThat(prediction.getAlias()).isEqualTo("champion");
            assertThat((float) prediction.getScore()).isEqualTo(opened.open().score(vector(prediction)));
            assertThat(prediction.getOthers())
                    .extracting(OtherScore::getAlias)
                    .as("neither who answered nor who gives no number")
                    .containsExactly("shadow");
        });
    }

    /** It was trained on requests that say more. */
    private static void theChampionAnswersWhatTheChallengerRefuses(String champion) throws Exception {
        Path useCase = folder.resolve("strict/parcels");
        DefinitionFiles.of(Parcels.ENGINE.useCase()).writeTo(useCase);
        Parcels.replace(useCase.resolve("models/late.yaml"), "{max: 50000, optional: true}", "{max: 50000}");
        registry.alias(
                Parcels.MODEL,
                "challenger",
                registry.register(Parcels.MODEL, TestPackages.of(UseCaseLoader.load(useCase), Parcels.MODEL, 3)));
        refresh("v" + champion);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            rows.add(Map.of("sender", "cid" + i, "depot", 2, "price", 12.3));
            assertThat(service.post("/score", rows.getLast())
                            .path("model_version")
                            .textValue())
                    .isEqualTo("v" + champion);
        }
        assertThat(service.post("/v1/models/late/predict:batch", Map.of("rows", rows))
                        .path("answers"))
                .hasSize(40)
                .allSatisfy(answer ->
                        assertThat(answer.path("model_version").textValue()).isEqualTo("v" + champion));
        assertThat(service.get("/metrics"))
                .contains("compared_scores_missing_total{alias=\"challenger\",code=\"invalid-values\",model=\"late\"");
    }

    private static double[] vector(Prediction prediction) {
        return prediction.getVector().stream().mapToDouble(value -> value).toArray();
    }

    private static void refresh(String champion) throws Exception {
        assertThat(service.refresh().path("aliases").path("champion").textValue())
                .isEqualTo(champion);
    }
}

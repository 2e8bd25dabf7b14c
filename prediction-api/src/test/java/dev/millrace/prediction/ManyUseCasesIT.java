package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.event.PlatformRecords;
import dev.millrace.schema.event.Topics;
import dev.millrace.schema.loader.UseCaseLoader;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Two use cases in one process, over HTTP. */
@Timeout(240)
class ManyUseCasesIT extends WithTwoUseCases {

    @Test
    void theDocumentSaysWhatMayBeTrueOfEachTypesEvents() throws Exception {
        JsonNode body = answered("all", "GET", "/openapi.json", "")
                .at("/paths/~1v1~1labels/post/requestBody/content/application~1json/schema/anyOf");
        List<String> said = new ArrayList<>();
        body.forEach(each -> said.add(each.at("/properties/event_type/enum") + " "
                + each.at("/properties/value/minimum") + " " + each.at("/properties/value/maximum")));
        assertThat(said).containsExactly("[\"letter\"]  ", "[\"parcel\"] 0 1");
    }

    @Test
    void eachIsAnsweredByItsOwnModelOnItsOwnFeatures() throws Exception {
        for (String path : List.of("/score", "/v1/models/late/predict")) {
            JsonNode parcel = answered("all", "POST", path, PARCEL);
            assertThat(parcel.path("model").asText()).isEqualTo("late");
            assertThat(parcel.path("model_version").asText()).isEqualTo("v3");
        }
        for (String path : List.of("/score_letter", "/v1/models/lost/predict")) {
            JsonNode letter = answered("all", "POST", path, LETTER);
            assertThat(letter.path("model").asText()).isEqualTo("lost");
            assertThat(letter.path("model_version").asText()).isEqualTo("v8");
            assertThat(letter.has("lost")).isTrue();
        }
        JsonNode parcels = answered("all", "GET", "/v1/features/parcels?sender=ann1&depot=1", "");
        assertThat(parcels.at("/features/sender.parcels_1h").intValue()).isEqualTo(2);
        assertThat(Instant.parse(parcels.path("as_of").asText()))
                .isEqualTo(Instant.ofEpochMilli(NOW.minusSeconds(2).toEpochMilli()));
        JsonNode letters = answered("all", "GET", "/v1/features/letters?sender=ann1&model=lost", "");
        assertThat(letters.at("/features/sender.letters_1h").intValue()).isEqualTo(5);
        assertThat(Instant.parse(letters.path("as_of").asText()))
                .isEqualTo(Instant.ofEpochMilli(NOW.minusSeconds(5).toEpochMilli()));
        assertThat(answered("all", "POST", "/v1/models/lost/predict:batch", "{\"rows\": [" + LETTER + "]}")
                        .at("/answers/0/model_version")
                        .asText())
                .isEqualTo("v8");
        JsonNode inferred = answered(
                "all",
                "POST",
                "/v2/models/lost/infer",
                "{\"inputs\": [{\"name\": \"sender\", \"datatype\": \"BYTES\", \"shape\": [1], \"data\": [\"ann1\"]},"
                        + " {\"name\": \"grams\", \"datatype\": \"INT64\", \"shape\": [1], \"data\": [20]}]}");
        assertThat(inferred.path("model_name").asText()).isEqualTo("lost");
        assertThat(answered("all", "GET", "/v2/models/lost/ready", "")
                        .path("ready")
                        .asBoolean())
                .isTrue();
        assertThat(answered("all", "GET", "/v1/models/lost/drift", "")
                        .path("model_version")
                        .asText())
                .isEqualTo("v8");
        HttpResponse<String> drift = as("all", "GET", "/v1/models/none/drift", "");
        assertThat(drift.statusCode()).isEqualTo(404);
        assertThat(drift.body())
                .contains("unknown-model", "'none' is no model that is served; there are [late, lost, written-again]");
        assertThat(as("all", "GET", "/v1/features/another", "").body())
                .contains("unknown-use-case", "this service serves the use cases 'parcels', 'letters'");
    }

    @Test
    void answersOfBothAreInOneLogAndUnderTheirModelsNames() throws Exception {
        answered("all", "POST", "/score", PARCEL);
        answered("all", "POST", "/score_letter", LETTER);
        Set<String> logged = new TreeSet<>();
        for (Prediction prediction : read(
                Topics.PREDICTIONS, 2, record -> PlatformRecords.predictions().decode(record.value()))) {
            logged.add(prediction.getModel() + " " + prediction.getModelVersion());
        }
        assertThat(logged).contains("late v3", "lost v8");
        assertThat(send(service, "GET", "/metrics", "").body())
                .containsPattern("predictions_total\\{model=\"late\",model_version=\"v3\",result=\"[01]\"}")
                .containsPattern("predictions_total\\{model=\"lost\",model_version=\"v8\",result=\"[01]\"}")
                .contains("model_version_info{alias=\"champion\",model=\"lost\",version=\"v8\"} 1")
                .contains("data_drift_score{feature=\"sender.letters_1h\",model=\"lost\"}");
    }

    /** They are looked up anew all the time here. */
    @Test
    void figuresAreThereWhileTheyChange() throws Exception {
        for (int i = 0; i < 500; i++) {
            HttpResponse<String> page = send(service, "GET", "/metrics", "");
            assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        }
    }

    /** The table of the second model of letters is not there. */
    @Test
    void whereNothingIsKnownOfOneTheAccuracyOfTheOtherIsTold() {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(send(service, "GET", "/metrics", "").body())
                                .contains("model_accuracy{model=\"late\",model_version=\"v3\"} 1.0"));
    }

    @Test
    void theDocumentListsExactlyWhatIsServedWithTheExamplesOfEach() throws Exception {
        JsonNode document = answered("all", "GET", "/openapi.json", "");
        assertThat(ServedOperations.listed(document)).isEqualTo(ServedOperations.of(service));
        assertThat(document.at("/info/title").asText())
                .isEqualTo(
                        "Millrace predictions: Parcels, and whether they arrive in time; Letters, and whether they get"
                                + " lost");
        String example = "/post/requestBody/content/application~1json/examples/";
        assertThat(document.at("/paths/~1score" + example + "parcels/value/depot")
                        .intValue())
                .isEqualTo(2);
        assertThat(document.at("/paths/~1score_letter" + example + "letters/value/grams")
                        .intValue())
                .isEqualTo(20);
        List<String> parameters = new ArrayList<>();
        document.at("/paths/~1v1~1features~1{use_case}/get/parameters")
                .forEach(parameter -> parameters.add(parameter.path("name").asText()));
        assertThat(parameters).doesNotHaveDuplicates().contains("sender", "depot", "grams", "letter_id");
    }

    /** One has no version at all, then one that is broken: the other is answered, and the process is ready. */
    @Test
    void withoutAChampionOfOneItsRuleAnswersAndTheOtherIsAnswered(@TempDir Path models) throws Exception {
        TestCache.keep(models, "late", "3", TestPackages.of("late", 1));
        assertDegraded(models);
        TestCache.keep(
                models,
                "lost",
                "8",
                TestPackages.of(LETTERS.useCase(), "lost", 2).broken());
        assertDegraded(models);
        // Its definitions could read what another has.
        TestCache.keep(models, "lost", "9", ofAnotherUseCase());
        assertDegraded(models);
    }

    private static TestPackages ofAnotherUseCase() throws Exception {
        Path strangers = folder.resolve("others").resolve("strangers");
        try (Stream<Path> files = Files.walk(Parcels.USE_CASES.resolve("letters"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = strangers.resolve(
                        Parcels.USE_CASES.resolve("letters").relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.writeString(target, Files.readString(file).replace("use_case: letters", "use_case: strangers"));
            }
        }
        return TestPackages.of(UseCaseLoader.load(strangers), "lost", 2);
    }

    private static void assertDegraded(Path models) throws Exception {
        try (ConfigurableApplicationContext half = run(models)) {
            assertThat(send(half, "GET", "/health/readiness", "").body()).isEqualTo("{\"status\":\"ok\"}");
            assertThat(JSON.readTree(send(half, "POST", "/score", PARCEL).body())
                            .path("model_version")
                            .asText())
                    .isEqualTo("v3");
            JsonNode letter =
                    JSON.readTree(send(half, "POST", "/score_letter", LETTER).body());
            assertThat(letter.path("model_version").asText()).isEqualTo("none");
            assertThat(letter.path("chance").doubleValue()).isEqualTo(0.25);
            assertThat(letter.path("reasons").path(0).asText()).isEqualTo("no-model");
            HttpResponse<String> health = send(half, "GET", "/health", "");
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(JSON.readTree(health.body()).path("status").asText()).isEqualTo("degraded");
            assertThat(health.body()).contains("{\"model\":\"late\",\"version\":\"v3\"}", "registry-unreachable");
            assertThat(send(half, "GET", "/v2/models/lost/ready", "").statusCode())
                    .isEqualTo(503);
            assertThat(send(half, "GET", "/v2/models/late/ready", "").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void withoutAnyChampionItIsNotReady(@TempDir Path empty) throws Exception {
        try (ConfigurableApplicationContext bare = run(empty)) {
            HttpResponse<String> readiness = send(bare, "GET", "/health/readiness", "");
            assertThat(readiness.statusCode()).isEqualTo(503);
            assertThat(readiness.body()).isEqualTo("{\"status\":\"no-model\"}");
            assertThat(send(bare, "GET", "/health", "").statusCode()).isEqualTo(503);
        }
    }
}

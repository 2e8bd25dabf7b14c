package dev.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.home.Folders;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.up.Modules;
import dev.millrace.local.up.Platform;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The use cases of the repository, served by one process with every server away and no model: what their documents show as examples
 * is answered by their own rules.
 */
@Timeout(180)
final class ShippedUseCasesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Offset<Double> ROUNDING = Offset.offset(1e-9);

    @TempDir
    private static Path home;

    private static RunningProcess service;
    private static String url;
    private static List<Shown> shown;

    /** One example of an operation of the document, and what came back for it. */
    private record Shown(String path, String useCase, int status, JsonNode answer) {}

    @BeforeAll
    static void start() throws Exception {
        Folders folders = Folders.standard().at(home);
        Modules modules = new Modules(folders);
        int port = Network.freePort();
        url = "http://127.0.0.1:" + port;
        List<String> flags = Stream.concat(
                        Stream.of("-Xmx384m", "-XX:+UseSerialGC", JavaCommand.PLAIN_MACHINE_CODE),
                        JavaCommand.platformFlags().stream())
                .toList();
        JavaCommand command = new JavaCommand(
                modules.classPathWithUseCases(Platform.PREDICTION),
                "dev.millrace.prediction.PredictionApi",
                flags,
                List.of());
        // Nothing listens on port 1.
        Map<String, String> environment = Map.of(
                "SERVER_PORT",
                Integer.toString(port),
                "SERVER_ADDRESS",
                "127.0.0.1",
                "MILLRACE_USE_CASES",
                folders.root().resolve("use-cases").toString(),
                "MILLRACE_USE_CASE",
                "fraud,football",
                "MILLRACE_MODEL_CACHE",
                home.resolve("models").toString(),
                "REDIS_URL",
                "redis://127.0.0.1:1",
                "KAFKA_BOOTSTRAP_SERVERS",
                "127.0.0.1:1",
                "POSTGRES_URL",
                "jdbc:postgresql://127.0.0.1:1/millrace",
                "MLFLOW_TRACKING_URI",
                "http://127.0.0.1:1");
        service = Spawner.start(
                ProcessSpec.of(Platform.PREDICTION, command.line(), environment, folders.log(Platform.PREDICTION)));
        service.awaitReady(() -> Network.status(url + "/health/liveness") == 200, PATIENCE);
        shown = postExamples();
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.stop();
        }
    }

    private static List<Shown> postExamples() throws Exception {
        List<Shown> all = new ArrayList<>();
        HttpResponse<String> document = HTTP.send(
                HttpRequest.newBuilder(URI.create(url + "/openapi.json")).build(), BodyHandlers.ofString());
        for (Map.Entry<String, JsonNode> path :
                JSON.readTree(document.body()).path("paths").properties()) {
            JsonNode examples = path.getValue()
                    .path("post")
                    .path("requestBody")
                    .path("content")
                    .path("application/json")
                    .path("examples");
            for (Map.Entry<String, JsonNode> example : examples.properties()) {
                HttpResponse<String> answer = HTTP.send(
                        HttpRequest.newBuilder(URI.create(url + path.getKey()))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(
                                        example.getValue().path("value").toString()))
                                .build(),
                        BodyHandlers.ofString());
                all.add(new Shown(path.getKey(), example.getKey(), answer.statusCode(), JSON.readTree(answer.body())));
            }
        }
        return all;
    }

    @Test
    void everyWayOfAskingShowsAnExampleOfEachUseCase() {
        assertThat(shown.stream().map(example -> example.useCase() + " " + example.path()))
                .containsExactlyInAnyOrder(
                        "fraud /predict",
                        "fraud /v1/models/transaction-fraud/predict",
                        "fraud /v1/models/transaction-fraud/predict:batch",
                        "fraud /v2/models/transaction-fraud/infer",
                        "football /predict_match",
                        "football /v1/models/match-outcome/predict",
                        "football /v1/models/match-outcome/predict:batch",
                        "football /v2/models/match-outcome/infer");
    }

    @Test
    void everyExampleIsAnsweredWithoutAModel() {
        assertThat(shown).allSatisfy(example -> {
            assertThat(example.status()).isEqualTo(200);
            assertThat(example.answer().findValues("reasons"))
                    .isNotEmpty()
                    .allSatisfy(reasons -> assertThat(reasons.toString()).contains("no-model"));
        });
    }

    /** In a batch a row that is refused has its problem in its place, and the status is 200 all the same. */
    @Test
    void noRowOfABatchIsRefused() {
        assertThat(shown.stream().filter(example -> example.path().endsWith(":batch")))
                .hasSize(2)
                .allSatisfy(batch -> assertThat(batch.answer().path("answers"))
                        .hasSize(2)
                        .allSatisfy(row -> assertThat(row.has("code")).isFalse()));
    }

    @Test
    void aMatchIsAnsweredWithItsChancesOddsAndScore() {
        JsonNode match = shown.stream()
                .filter(example -> example.path().equals("/predict_match"))
                .findFirst()
                .orElseThrow()
                .answer();
        assertThat(match.path("outcome").textValue()).isIn("home", "draw", "away");
        double sum = 0;
        for (String outcome : List.of("home", "draw", "away")) {
            double chance = match.path(outcome).doubleValue();
            assertThat(chance).as(outcome).isStrictlyBetween(0.0, 1.0);
            assertThat(match.path("fair_odds_" + outcome).doubleValue())
                    .as(outcome)
                    .isCloseTo(1 / chance, ROUNDING);
            sum += chance;
        }
        assertThat(sum).isCloseTo(1, ROUNDING);
        assertThat(match.path("expected_goals_home").isNumber()).isTrue();
        assertThat(match.path("expected_goals_away").isNumber()).isTrue();
        assertThat(match.path("most_likely_score").textValue()).matches("\\d+-\\d+");
        assertThat(match.path("reasons").toString()).contains("no-model");
    }
}

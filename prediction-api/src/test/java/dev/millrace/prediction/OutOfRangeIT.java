package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Each value of a request is allowed, but what a feature makes of them is too large for exact sums. */
@Timeout(120)
class OutOfRangeIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final String GOOD = "{\"sender\": \"ann1\", \"depot\": 2, \"price\": 5, \"grams\": 20}";
    private static final String LARGE = "{\"sender\": \"ann1\", \"depot\": 2, \"price\": 9999999999, \"grams\": 50000}";
    private static final String DETAIL = "the view 'sender' cannot count this: 'price * double(grams)' gives"
            + " 4.9999999995E14: expected a number of at most 12 digits with 6 decimal places";

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws Exception {
        Path parcels = folder.resolve("use-cases/parcels");
        DefinitionFiles.of(Parcels.ENGINE.useCase()).writeTo(parcels);
        Parcels.replace(
                parcels.resolve("features/sender.yaml"),
                "  avg_price: {mean: price, over: [1d]}\n",
                "  worth: {sum: price * double(grams), over: [1d]}\n");
        TestCache.keep(
                folder.resolve("cache"),
                Parcels.MODEL,
                "3",
                TestPackages.of(UseCaseLoader.load(parcels), Parcels.MODEL, 1));
        stack = LocalStack.own(Server.REDIS);
        service = new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + folder.resolve("use-cases"),
                        "--MILLRACE_USE_CASE=parcels",
                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                        "--REDIS_URL=" + stack.redis().url(),
                        "--KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1",
                        "--MILLRACE_FEATURES_DEADLINE=500ms",
                        "--MILLRACE_MODEL_CACHE=" + folder.resolve("cache"));
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    @Test
    void theRequestIsRefusedAndSaysWhatIsTooLarge() throws Exception {
        for (String path : new String[] {"/score", "/v1/models/late/predict"}) {
            assertThat(post(path, GOOD).statusCode()).isEqualTo(200);
            assertRefused(post(path, LARGE));
        }
        assertRefused(post(
                "/v2/models/late/infer",
                "{\"inputs\": [%s, %s, %s, %s]}"
                        .formatted(
                                tensor("sender", "BYTES", "\"ann1\""),
                                tensor("depot", "INT64", "2"),
                                tensor("price", "FP64", "9999999999"),
                                tensor("grams", "INT64", "50000"))));
    }

    private static String tensor(String field, String type, String value) {
        return "{\"name\": \"%s\", \"datatype\": \"%s\", \"shape\": [1], \"data\": [%s]}".formatted(field, type, value);
    }

    private static void assertRefused(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        assertRefused(JSON.readTree(answer.body()));
    }

    private static void assertRefused(JsonNode problem) {
        assertThat(problem.path("code").textValue()).isEqualTo("invalid-values");
        assertThat(problem.path("detail").textValue()).isEqualTo(DETAIL);
        assertThat(problem.at("/errors/0/code").textValue()).isEqualTo("out-of-range");
    }

    @Test
    void ofABatchItDoesNotFailTheOthers() throws Exception {
        HttpResponse<String> batch =
                post("/v1/models/late/predict:batch", "{\"rows\": [%s, %s, %s]}".formatted(GOOD, LARGE, GOOD));
        assertThat(batch.statusCode()).as(batch.body()).isEqualTo(200);
        JsonNode answers = JSON.readTree(batch.body()).path("answers");
        assertRefused(answers.path(1));
        for (int good : new int[] {0, 2}) {
            assertThat(answers.path(good).path("model_version").textValue()).isEqualTo("v3");
            assertThat(answers.path(good).path("chance").isNumber()).isTrue();
        }
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        String port = service.getEnvironment().getProperty("local.server.port");
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}

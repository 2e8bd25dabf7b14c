package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.state.Block;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The folder has moved on: a view has a successor of another name, which a second model reads. The first model's version is
 * of before.
 */
@Timeout(240)
class VersionsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final long NOW = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    private static final Map<String, Object> ROW =
            Map.of("sender", "ann1", "depot", 2L, "price", new BigDecimal("12.30"));

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static TestRegistry registry;
    private static FeatureEngine later;
    private static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.MLFLOW, Server.REDIS);
        registry = new TestRegistry(URI.create(stack.mlflow().trackingUri()));
        later = FeatureEngine.compile(UseCaseLoader.load(moveOn()));
        service = new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + folder.resolve("use-cases"),
                        "--REDIS_URL=" + stack.redis().url(),
                        // Nothing is there: answers do not depend on it.
                        "--KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1",
                        "--MILLRACE_USE_CASE=parcels",
                        "--MILLRACE_FEATURES_DEADLINE=200ms",
                        "--MLFLOW_TRACKING_URI=" + registry.server(),
                        "--MILLRACE_MODEL_CACHE=" + folder.resolve("cache"),
                        "--MILLRACE_MODEL_POLL=200ms",
                        "--MILLRACE_MODEL_TIMEOUT=5s");
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    private static Path moveOn() throws IOException {
        Path useCase = folder.resolve("use-cases/parcels");
        DefinitionFiles.of(Parcels.ENGINE.useCase()).writeTo(useCase);
        Files.writeString(useCase.resolve("features/sender_later.yaml"), """
                view: sender_later
                entity: sender
                source: parcel
                resolution: exact
                features:
                  parcels: {count: all, over: [3d]}
                  price: {sum: price, over: [3d]}
                """);
        // What either model is asked and says has changed as well.
        Parcels.replace(
                useCase.resolve("models/late.yaml"),
                "{late: decision, chance: score}",
                "{late: decision, likely: score}");
        Files.writeString(useCase.resolve("models/soon.yaml"), """
                model: soon
                kind: binary
                rows: parcel
                label: {value: late, known_after: 1d}
                features: [sender_later.*, price]
                serve:
                  path: /soon
                  request: {sender: {}, price: {}, size: {optional: true}, timestamp: {optional: true}}
                  response: {soon: decision, score: score}
                  fallback: "0.2"
                promote: {better: average_precision, at_least: {auc: 0.6}}
                """);
        return useCase;
    }

    @Test
    void versionsOfOtherDefinitionsAreAnsweredAtOnceEachByItsOwn() throws Exception {
        Model old = Parcels.model();
        Model young = later.model("soon").orElseThrow();
        TestPackages lateFiles = TestPackages.of("late", 1);
        TestPackages soonFiles = TestPackages.of(later.useCase(), "soon", 2);
        Map<View, Block> blocks = blocks(old, young);
        keep(blocks, old);
        for (String model : List.of("late", "soon")) {
            registry.createModel(model);
            registry.promote(model, registry.register(model, model.equals("late") ? lateFiles : soonFiles));
        }

        View missing = young.bindings().getFirst().view();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(versions()).isEqualTo(Map.of("late", "v1", "soon", "none"));
            JsonNode reason = JSON.readTree(send("GET", "/health", "").body())
                    .path("reasons")
                    .path(0);
            assertThat(reason.path("code").textValue()).isEqualTo("views-not-kept");
            assertThat(reason.path("detail").textValue())
                    .isEqualTo("v1 of soon is not served: it reads the view sender_later in the version "
                            + missing.version()
                            + ", which the stream does not keep so; backfill with the definitions that it was trained"
                            + " under, or give a changed view another name and keep this one until v1 is retired");
        });
        assertAnswer("/score", "chance", lateFiles, old, blocks);

        keep(blocks, old, young);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(versions()).isEqualTo(Map.of("late", "v1", "soon", "v1")));
        assertAnswer("/score", "chance", lateFiles, old, blocks);
        assertAnswer("/soon", "score", soonFiles, young, blocks);
        assertThat(JSON.readTree(send("GET", "/v1/features/parcels?model=soon&sender=ann1", "")
                                .body())
                        .path("features")
                        .path("sender_later.parcels_3d")
                        .asInt())
                .isEqualTo(1);
        HttpResponse<String> refused = send("POST", "/soon", "{\"sender\": \"ann1\", \"price\": 1, \"depot\": 2}");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("'depot' is no field of this request");

        keep(blocks, young);
        assertThat(ask("/score", old).path("complete").booleanValue()).isFalse();
        assertThat(ask("/soon", young).path("complete").booleanValue()).isTrue();
    }

    private static void assertAnswer(
            String path, String score, TestPackages files, Model model, Map<View, Block> blocks) throws Exception {
        JsonNode answer = ask(path, model);
        assertThat(answer.path("complete").booleanValue()).as(answer::toString).isTrue();
        Map<String, Object> row = new HashMap<>(ROW);
        row.put("timestamp", NOW);
        List<Block> read = new ArrayList<>();
        for (Model.Binding binding : model.bindings()) {
            View view = binding.view();
            Block block = view.shape().read(blocks.get(view).toBytes());
            view.feed(new SourceRecord(UUID.randomUUID().toString(), NOW, 0, row::get)).stream()
                    .filter(fed -> fed.key().equals(binding.entity(row::get).orElseThrow()))
                    .filter(fed -> !view.name().equals("depot_late"))
                    .forEach(fed -> block.fold(fed.event()));
            read.add(block);
        }
        float expected = files.open().score(model.vector(row::get, read, NOW, Map.of()));
        assertThat((float) answer.path(score).doubleValue()).isEqualTo(expected);
    }

    private static JsonNode ask(String path, Model model) throws Exception {
        Map<String, Object> body = new HashMap<>(ROW);
        if (model.name().equals("soon")) {
            body.remove("depot");
        }
        body.put("timestamp", Instant.ofEpochMilli(NOW).toString());
        HttpResponse<String> response = send("POST", path, JSON.writeValueAsString(body));
        assertThat(response.statusCode()).as(response::body).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static Map<String, String> versions() throws Exception {
        Map<String, String> versions = new HashMap<>();
        JSON.readTree(send("GET", "/v1/models", "").body())
                .path("models")
                .forEach(model -> versions.put(
                        model.path("model").textValue(),
                        model.path("model_version").textValue()));
        return versions;
    }

    /** One parcel an hour ago, for each view that any of them reads. */
    private static Map<View, Block> blocks(Model... models) {
        Map<String, Object> parcel = new HashMap<>(ROW);
        parcel.put("timestamp", NOW - 3_600_000);
        parcel.put("value", 1.0);
        SourceRecord record = new SourceRecord(UUID.randomUUID().toString(), NOW - 3_600_000, 0, parcel::get);
        Map<View, Block> blocks = new HashMap<>();
        Stream.of(models).flatMap(model -> model.bindings().stream()).forEach(binding -> {
            View view = binding.view();
            Block block = view.shape().empty();
            view.feed(record).forEach(fed -> block.fold(fed.event()));
            blocks.put(view, block);
        });
        return blocks;
    }

    /** All blocks are there, but the stream says that it keeps these models' views only. */
    private static void keep(Map<View, Block> blocks, Model... models) {
        Map<String, String> views = new HashMap<>();
        Stream.of(models)
                .flatMap(model -> model.bindings().stream())
                .forEach(binding ->
                        views.put(binding.view().name(), binding.view().version()));
        Map<Progress.Key, Progress.Read> read = Map.of(
                new Progress.Key("parcel", 0), new Progress.Read(1, NOW),
                new Progress.Key("labels", 0), new Progress.Read(1, NOW));
        Progress progress = new Progress(
                read, Optional.of(new Progress.Replay(NOW, System.currentTimeMillis() + 3_600_000)), false, views);
        RedisClient client = RedisClient.create(stack.redis().url());
        try (StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE)) {
            redis.sync().flushall();
            blocks.forEach((view, block) -> redis.sync()
                    .hset(
                            OnlineKeys.entity("parcels", view, view.name().startsWith("sender") ? "ann1" : "2"),
                            Map.of(OnlineKeys.BLOCK, block.toBytes(), OnlineKeys.OFFSETS, Offsets.NONE.toBytes())));
            redis.sync().hset(OnlineKeys.progress("parcels"), progress.toFields());
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    private static HttpResponse<String> send(String method, String path, String body) throws Exception {
        int port = Integer.parseInt(service.getEnvironment().getProperty("local.server.port"));
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}

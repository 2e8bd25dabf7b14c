package dev.millrace.prediction.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.feature.Model;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.feature.state.Block;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.Parcels;
import dev.millrace.prediction.PredictionApi;
import dev.millrace.prediction.ServedOperations;
import dev.millrace.prediction.TestPackages;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.prediction.web.JsonServlet;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.event.PlatformRecords;
import dev.millrace.schema.event.Topics;
import dev.millrace.schema.loader.DefinitionFiles;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;

/** The whole service over HTTP, with a real Redis that is filled, frozen and killed. */
@Timeout(120)
class ServiceIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final long HOUR = 3_600_000;
    private static final Model MODEL = Parcels.model();
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final TopicPartition PARTITION = TopicPartition.of("an-id", 1);

    /** The moment that the records are of; requests ask for it, or for a little later. */
    private static final long NOW = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();

    @TempDir
    private static Path cache;

    private static LocalStack stack;
    private static ConfigurableApplicationContext service;
    private static ModelPackage opened;
    private static List<Map<String, Object>> parcels;
    private static Map<String, Block> blocks;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.REDIS, Server.KAFKA);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            admin.createTopics(Set.of(new NewTopic(Topics.PREDICTIONS, 4, (short) 1)))
                    .all()
                    .get();
        }
        TestPackages files = TestPackages.of(Parcels.MODEL, 1);
        opened = files.open();
        TestCache.keep(cache, Parcels.MODEL, "3", files);
        service = run(cache);
    }

    private static ConfigurableApplicationContext run(Path models, ApplicationListener<?>... listeners) {
        return new SpringApplicationBuilder(PredictionApi.class)
                .listeners(listeners)
                .run(arguments(models).toArray(String[]::new));
    }

    private static Stream<String> arguments(Path models) {
        return Stream.of(
                "--SERVER_PORT=0",
                "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                "--MILLRACE_USE_CASE=parcels",
                "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                "--REDIS_URL=" + stack.redis().url(),
                "--KAFKA_BOOTSTRAP_SERVERS=" + stack.kafka().bootstrapServers(),
                "--MILLRACE_FEATURES_DEADLINE=200ms",
                "--MILLRACE_MODEL_CACHE=" + models);
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    @BeforeEach
    void fill() {
        Random random = new Random(9);
        parcels = new ArrayList<>();
        blocks = new HashMap<>();
        for (int i = 0; i < 600; i++) {
            Map<String, Object> parcel = new HashMap<>();
            parcel.put("parcel_id", new UUID(random.nextLong(), random.nextLong()).toString());
            parcel.put("timestamp", NOW - Math.floorMod(random.nextLong(), 30 * HOUR));
            parcel.put("sender", "ann" + random.nextInt(6));
            parcel.put("depot", 1L + random.nextInt(4));
            parcel.put("price", BigDecimal.valueOf(1 + random.nextInt(40_000), 2));
            parcels.add(parcel);
            SourceRecord event =
                    new SourceRecord((String) parcel.get("parcel_id"), (Long) parcel.get("timestamp"), 0, parcel::get);
            double late = random.nextInt(3) == 0 ? 1 : 0;
            SourceRecord label = new SourceRecord(
                    event.id(), event.time(), 0, name -> name.equals("value") ? (Object) late : parcel.get(name));
            for (Model.Binding binding : MODEL.bindings()) {
                SourceRecord record = binding.view().source() instanceof Source.Events ? event : label;
                fold(binding.view(), record);
            }
        }
        write(progress(NOW + HOUR, false));
    }

    private static void fold(View view, SourceRecord record) {
        for (View.Fed fed : view.feed(record)) {
            blocks.computeIfAbsent(
                            view.name() + ":" + fed.key(), key -> view.shape().empty())
                    .fold(fed.event());
        }
    }

    private static Progress progress(long asOf, boolean rebuilding) {
        Map<Progress.Key, Progress.Read> read = new HashMap<>();
        for (int i = 0; i < 4; i++) {
            read.put(new Progress.Key("parcel", i), new Progress.Read(100, asOf + i));
            read.put(new Progress.Key("labels", i), new Progress.Read(100, asOf + 10));
        }
        return new Progress(read, Optional.of(new Progress.Replay(NOW, System.currentTimeMillis() + HOUR)), rebuilding);
    }

    private static void write(Progress progress) {
        RedisClient client = RedisClient.create(stack.redis().url());
        try (StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE)) {
            redis.sync().flushall();
            Offsets offsets = Offsets.NONE.with(Map.of(PARTITION, 41L));
            blocks.forEach((key, block) -> {
                String[] parts = key.split(":", 2);
                byte[] record = OnlineKeys.entity(
                        "parcels", Parcels.ENGINE.view(parts[0]).orElseThrow(), parts[1]);
                redis.sync()
                        .hset(
                                record,
                                Map.of(OnlineKeys.BLOCK, block.toServedBytes(), OnlineKeys.OFFSETS, offsets.toBytes()));
            });
            redis.sync().hset(OnlineKeys.progress("parcels"), progress.toFields());
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    private static HttpResponse<String> send(ConfigurableApplicationContext to, String method, String path, String body)
            throws Exception {
        int port = Integer.parseInt(to.getEnvironment().getProperty("local.server.port"));
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("X-Request-ID", "mine-1")
                        .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static JsonNode post(String path, Map<String, ?> body) throws Exception {
        HttpResponse<String> response = send(service, "POST", path, JSON.writeValueAsString(body));
        assertThat(response.statusCode()).as(response::body).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static JsonNode get(String path) throws Exception {
        HttpResponse<String> response = send(service, "GET", path, null);
        assertThat(response.statusCode()).as(response::body).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    /** As the service should do it, from the blocks in memory. */
    private static double[] expected(Map<String, Object> row, String id, long at, Map<String, Double> replaced) {
        Map<String, Object> timed = new HashMap<>(row);
        timed.put("timestamp", at);
        List<Block> read = new ArrayList<>();
        for (Model.Binding binding : MODEL.bindings()) {
            View view = binding.view();
            Block kept =
                    blocks.get(view.name() + ":" + binding.entity(timed::get).orElseThrow());
            Block copy = kept == null ? view.shape().empty() : view.shape().read(kept.toBytes());
            if (id != null && view.source() instanceof Source.Events) {
                view.feed(new SourceRecord(id, at, 0, timed::get)).forEach(fed -> copy.fold(fed.event()));
            }
            read.add(copy);
        }
        return MODEL.vector(timed::get, read, at, replaced);
    }

    private static Map<String, Object> request(Map<String, Object> row) {
        Map<String, Object> request = new HashMap<>(row);
        request.computeIfPresent(
                "timestamp",
                (name, millis) -> Instant.ofEpochMilli((Long) millis).toString());
        return request;
    }

    @Test
    void aQueryThatCannotBeReadIsTheCallersFault() throws Exception {
        HttpResponse<String> refused = send(service, "GET", "/v1/features/parcels?sender=ann1&depot=1&=", null);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(JSON.readTree(refused.body()).path("code").asText()).isEqualTo("bad-query");
    }

    @Test
    void whatIsNoProgressKeepsNobodyFromAnAnswer() throws Exception {
        RedisClient client = RedisClient.create(stack.redis().url());
        try (StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE)) {
            redis.sync()
                    .hset(OnlineKeys.progress("parcels"), "replay".getBytes(StandardCharsets.UTF_8), new byte[] {'x'});
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
        JsonNode answer = post("/score", Map.of("sender", "ann1", "depot", 2L, "price", new BigDecimal("12.30")));
        assertThat(answer.path("reasons")).extracting(JsonNode::textValue).contains("features-unavailable");
    }

    @Test
    void aBatchHasNoOtherFields() throws Exception {
        HttpResponse<String> refused =
                send(service, "POST", "/v1/models/late/predict:batch", "{\"rows\": [{}], \"more\": 1}");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
        assertThat(refused.body()).contains("'more' is no field of a batch; it has [rows]");
    }

    @Test
    void aScoreIsThatOfTheEnginesVectorAndCountsItsEventOnce() throws Exception {
        Random random = new Random(4);
        Set<Double> scores = new TreeSet<>();
        for (int i = 0; i < 150; i++) {
            Map<String, Object> row = new HashMap<>(parcels.get(random.nextInt(parcels.size())));
            long at = (Long) row.get("timestamp");
            if (i % 3 == 0) {
                row.put("parcel_id", new UUID(random.nextLong(), random.nextLong()).toString());
            }
            if (i % 3 > 0 || at < NOW - 50_000) {
                at = NOW - random.nextInt(50_000);
                row.put("timestamp", at);
            }
            row.put("grams", random.nextInt(2000));
            JsonNode answer = post(i % 2 == 0 ? "/score" : "/v1/models/late/predict", request(row));
            float score = opened.score(expected(row, (String) row.get("parcel_id"), at, Map.of()));
            assertThat((float) answer.path("chance").doubleValue()).isEqualTo(score);
            assertThat(answer.path("late").intValue()).isEqualTo(score >= 0.5 ? 1 : 0);
            assertThat(answer.path("complete").booleanValue()).isTrue();
            assertThat(answer.has("reasons")).isFalse();
            assertThat(answer.has("replaced")).isFalse();
            assertThat(answer.path("as_of").textValue())
                    .isEqualTo(Instant.ofEpochMilli(NOW + HOUR).toString());
            scores.add((double) score);
        }
        assertThat(scores).hasSizeGreaterThan(50);
    }

    @Test
    void anAnswerSaysWhatItRestsOn() throws Exception {
        Map<String, Object> row = Map.of("sender", "ann1", "depot", 2L, "price", new BigDecimal("12.30"));
        JsonNode answer = post("/score", row);
        assertThat(answer.properties().stream().map(Map.Entry::getKey))
                .containsExactly(
                        "late",
                        "chance",
                        "latency_ms",
                        "model_version",
                        "model",
                        "request_id",
                        "as_of",
                        "complete",
                        "reasons",
                        "offsets");
        assertThat(answer.path("model_version").textValue()).isEqualTo("v3");
        assertThat(answer.path("request_id").textValue()).isEqualTo("mine-1");
        assertThat(answer.path("latency_ms").doubleValue()).isBetween(0.001, 1000.0);
        assertThat(answer.path("reasons")).extracting(JsonNode::textValue).containsExactly("event-not-identified");
        String partition = "%016x-1".formatted(PARTITION.topic());
        assertThat(answer.path("offsets").path("depot_late").path(partition).longValue())
                .isEqualTo(41);
        float score = opened.score(expected(row, "another", NOW, Map.of()));
        assertThat((float) answer.path("chance").doubleValue()).isEqualTo(score);
    }

    /** What the decision log holds of these requests. */
    private static Map<String, Prediction> logged(Set<String> requests) {
        Map<String, Prediction> found = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(IntStream.range(0, 4)
                    .mapToObj(partition -> new org.apache.kafka.common.TopicPartition(Topics.PREDICTIONS, partition))
                    .toList());
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    Prediction prediction = decoded(record.value());
                    if (requests.contains(prediction.getRequestId())) {
                        assertThat(found.put(prediction.getRequestId(), prediction))
                                .as("once")
                                .isNull();
                    }
                });
                return found.keySet().containsAll(requests);
            });
        }
        return found;
    }

    private static Prediction decoded(byte[] record) {
        try {
            return PlatformRecords.predictions().decode(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With a trace of the caller's. */
    private static JsonNode postAs(String requestId, Map<String, ?> body) throws Exception {
        int port = Integer.parseInt(service.getEnvironment().getProperty("local.server.port"));
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/score"))
                        .header("X-Request-ID", requestId)
                        .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response::body).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    @Test
    void aBatchAnswersEachRowAsIfItCameAlone() throws Exception {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Map<String, Object> row = new HashMap<>(parcels.get(i % parcels.size()));
            row.put("timestamp", NOW - i * 10L);
            rows.add(row);
        }
        List<Map<String, Object>> sent =
                new ArrayList<>(rows.stream().map(ServiceIT::request).toList());
        sent.set(7, Map.of("sender", "ann1", "depot", 2, "price", -1));
        sent.set(8, Map.of("sender", "ann1", "depot", 2, "price", new BigDecimal("1e2147483647")));
        List<Object> bodies = new ArrayList<>(sent);
        bodies.set(11, 5);
        bodies.set(12, null);
        JsonNode batch = post("/v1/models/late/predict:batch", Collections.singletonMap("rows", bodies));
        assertThat(batch.path("model").textValue()).isEqualTo("late");
        JsonNode answers = batch.path("answers");
        assertThat(answers).hasSize(1_000);
        for (int i = 0; i < rows.size(); i++) {
            if (i == 7 || i == 8) {
                assertThat(answers.path(i).at("/errors/0/message").textValue())
                        .isEqualTo(
                                i == 7
                                        ? "'price': expected a number of at least 0, found -1"
                                        : "'price': expected at most 12 digits, found 1E+2147483647");
                continue;
            }
            if (i == 11 || i == 12) {
                assertThat(answers.path(i).path("code").textValue()).isEqualTo("malformed-body");
                assertThat(answers.path(i).path("detail").textValue())
                        .startsWith("expected a JSON object with the fields [price, ")
                        .endsWith(i == 11 ? "but came another value: number" : "but came another value: null");
                continue;
            }
            Map<String, Object> row = rows.get(i);
            long at = (Long) row.get("timestamp");
            float score = opened.score(expected(row, (String) row.get("parcel_id"), at, Map.of()));
            assertThat((float) answers.path(i).path("chance").doubleValue()).isEqualTo(score);
            assertThat(answers.path(i).path("request_id").textValue()).isEqualTo("mine-1-" + i);
        }
        sent.add(sent.getFirst());
        HttpResponse<String> many =
                send(service, "POST", "/v1/models/late/predict:batch", JSON.writeValueAsString(Map.of("rows", sent)));
        assertThat(many.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(many.body()).path("detail").textValue())
                .isEqualTo("expected 1 to 1000 requests in 'rows', but came 1001");
    }

    @Test
    void anAnswerIsExplainedWhenItIsAskedTo() throws Exception {
        Map<String, Object> row = new HashMap<>(parcels.get(3));
        row.put("timestamp", NOW);
        JsonNode whole = post("/score?explain=100", request(row)).path("explanation");
        double[] vector = expected(row, (String) row.get("parcel_id"), NOW, Map.of());
        double[] contributions = opened.contributions(vector);
        double margin = whole.path("bias").doubleValue();
        double last = Double.MAX_VALUE;
        for (JsonNode part : whole.path("contributions")) {
            int feature = MODEL.features().indexOf(part.path("feature").textValue());
            double contribution = part.path("contribution").doubleValue();
            assertThat(contribution).isEqualTo(contributions[feature]);
            assertThat(
                            part.path("value").isNull()
                                    ? Double.valueOf(Double.NaN)
                                    : (Double) part.path("value").doubleValue())
                    .isEqualTo(Double.valueOf(vector[feature]));
            assertThat(Math.abs(contribution)).isLessThanOrEqualTo(last);
            last = Math.abs(contribution);
            margin += contribution;
        }
        float[] scaled = new float[vector.length];
        opened.manifest().scaler().apply(vector, scaled);
        assertThat(margin).isCloseTo(opened.forest().margin(scaled), within(1e-5));
        assertThat(post("/score?explain=2", request(row)).at("/explanation/contributions"))
                .hasSize(2);
        assertThat(post("/v1/models/late/predict:batch?explain=2", Map.of("rows", List.of(request(row))))
                        .at("/answers/0/explanation/contributions"))
                .hasSize(2);
        assertThat(post("/score?explain=0", request(row)).has("explanation")).isFalse();
        HttpResponse<String> wrong = send(service, "POST", "/score?explain=all", JSON.writeValueAsString(request(row)));
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(JSON.readTree(wrong.body()).path("detail").textValue())
                .isEqualTo("'explain': expected a whole number from 0 to 1000");
    }

    @Test
    void theOpenInferenceProtocolHasAColumnForEachField() throws Exception {
        List<Map<String, Object>> rows = parcels.subList(0, 3);
        Map<String, Object> inputs = Map.of(
                "id",
                "asked-1",
                "inputs",
                List.of(
                        tensor("sender", "BYTES", rows),
                        tensor("depot", "INT64", rows),
                        tensor("price", "FP64", rows),
                        tensor("parcel_id", "BYTES", rows),
                        Map.of(
                                "name",
                                "timestamp",
                                "datatype",
                                "BYTES",
                                "shape",
                                List.of(3, 1),
                                "data",
                                rows.stream()
                                        .map(row -> List.of(
                                                Instant.ofEpochMilli(NOW).toString()))
                                        .toList())));
        JsonNode answer = post("/v2/models/late/infer", inputs);
        assertThat(answer.path("id").textValue()).isEqualTo("asked-1");
        assertThat(answer.path("model_version").textValue()).isEqualTo("v3");
        JsonNode chance = answer.path("outputs").path(1);
        assertThat(chance.path("name").textValue()).isEqualTo("chance");
        assertThat(chance.path("datatype").textValue()).isEqualTo("FP64");
        assertThat(chance.path("shape").toString()).isEqualTo("[3]");
        for (int i = 0; i < 3; i++) {
            Map<String, Object> row = new HashMap<>(rows.get(i));
            row.keySet().retainAll(Set.of("sender", "depot", "price", "parcel_id"));
            float score = opened.score(expected(row, (String) row.get("parcel_id"), NOW, Map.of()));
            assertThat((float) chance.path("data").path(i).doubleValue()).isEqualTo(score);
        }
        JsonNode model = get("/v2/models/late");
        assertThat(model.path("versions").path(0).textValue()).isEqualTo("v3");
        assertThat(model.path("inputs").toString()).contains("{\"name\":\"depot\"", "\"datatype\":\"INT64\"");
        assertThat(get("/v2/models/late/ready").path("ready").booleanValue()).isTrue();
        assertThat(get("/v2/health/ready").path("ready").booleanValue()).isTrue();
        assertThat(get("/v2").path("name").textValue()).isEqualTo("millrace");
        // Classes have no manifest; the jar has.
        assertThat(get("/v2").path("version").textValue()).isEqualTo("unknown");
        assertThat(send(service, "GET", "/v2/models/early", null).statusCode()).isEqualTo(404);
    }

    private static Map<String, Object> tensor(String field, String type, List<Map<String, Object>> rows) {
        List<Object> data = rows.stream().map(row -> row.get(field)).toList();
        return Map.of("name", field, "datatype", type, "shape", List.of(rows.size()), "data", data);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                                                      | 400 | expected tensors in 'inputs', of [price, sender, depot, parcels, parcel_id, timestamp, grams, fragile, size]
            {"id": 7}                                                                               | 400 | expected a text as 'id'
            {"inputs": [{"name": "colour"}]}                                                        | 400 | 'colour' is no input of this model; it has [price, sender, depot, parcels, parcel_id, timestamp, grams, fragile, size]
            {"inputs": [{"name": "depot", "datatype": "BYTES", "shape": [1], "data": ["1"]}]}       | 400 | the input 'depot' has the datatype INT64, but came 'BYTES'
            {"inputs": [{"name": "depot", "datatype": "INT64", "shape": [2], "data": [1]}]}         | 400 | the input 'depot' has the shape [rows] or [rows, 1] and as many elements, but came the shape [2] and 1 elements
            {"inputs": [{"name": "depot", "datatype": "INT64", "shape": [0], "data": []}]}          | 400 | expected inputs of the same length, 1 to 1000, but came lengths [0]
            {"inputs": [{"name": "depot", "datatype": "INT64", "shape": [1], "data": [1e2147483649]}]} | 400 | expected a JSON object, but it cannot be read: Number with an exponent that is out of range
            {"inputs": [{"name": "depot", "datatype": "INT64", "shape": [1], "data": [1e2147483647]}]} | 422 | 'depot': expected a whole number, found 1E+2147483647; 'price' is missing; 'sender' is missing
            {"inputs": [{"name": "depot", "datatype": "INT64", "shape": [1], "data": [1]}]}         | 422 | 'price' is missing; 'sender' is missing
            """)
    void tensorsThatDoNotFitAreNamed(String body, int status, String detail) throws Exception {
        HttpResponse<String> response = send(service, "POST", "/v2/models/late/infer", body);
        assertThat(response.statusCode()).as(response::body).isEqualTo(status);
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.path("detail").textValue()).isEqualTo(detail);
        assertThat(problem.path("error").textValue())
                .as("as the protocol has it")
                .isEqualTo(detail);
    }

    @Test
    void everyAnswerIsInTheDecisionLogWithWhatItRestsOn() throws Exception {
        Map<String, Map<String, Object>> rows = new HashMap<>();
        Map<String, JsonNode> answers = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            Map<String, Object> row = new HashMap<>(parcels.get(i));
            row.put("timestamp", NOW - i * 1_000L);
            rows.put("logged-" + i, row);
            answers.put("logged-" + i, postAs("logged-" + i, request(row)));
        }
        logged(rows.keySet()).forEach((id, prediction) -> {
            Map<String, Object> row = rows.get(id);
            long at = (Long) row.get("timestamp");
            assertThat(prediction.getEventId()).isEqualTo(row.get("parcel_id"));
            assertThat(prediction.getAskedFor()).isEqualTo(Instant.ofEpochMilli(at));
            assertThat(prediction.getModelVersion()).isEqualTo("v3");
            assertThat(prediction.getAlias()).isEqualTo("champion");
            assertThat(prediction.getDefinitionsDigest()).isEqualTo(MODEL.digest());
            assertThat(prediction.getModelDigest())
                    .isNotEmpty()
                    .isEqualTo(opened.manifest().treesDigest());
            assertThat(prediction.getAsOf()).isEqualTo(Instant.ofEpochMilli(NOW + HOUR));
            assertThat(prediction.getComplete()).isTrue();
            assertThat(prediction.getReasons()).isEmpty();
            assertThat(prediction.getReplaced()).isEmpty();
            assertThat(prediction.getTraceId()).isEqualTo(TRACE);
            assertThat(prediction.getScore())
                    .isEqualTo(answers.get(id).path("chance").doubleValue());
            assertThat(prediction.getVector().stream()
                            .mapToDouble(value -> value)
                            .toArray())
                    .isEqualTo(expected(row, (String) row.get("parcel_id"), at, Map.of()));
            assertThat(prediction.getEntities())
                    .containsEntry("sender", (String) row.get("sender"))
                    .containsEntry("depot_late", row.get("depot").toString());
            assertThat(prediction.getOffsets()).containsEntry("depot_late/%016x/1".formatted(PARTITION.topic()), 41L);
        });
    }

    @Test
    void theDecisionLogSaysWhatAnAnswerLacksAndWhatTheCallerReplaced() throws Exception {
        postAs(
                "logged-unnamed",
                Map.of("sender", "ann1", "depot", 2L, "price", new BigDecimal("12.30"), "parcels", 7.5));
        Prediction prediction = logged(Set.of("logged-unnamed")).get("logged-unnamed");
        assertThat(prediction.getEventId()).isNull();
        assertThat(prediction.getReasons()).containsExactly("event-not-identified");
        assertThat(prediction.getReplaced()).containsExactly("sender.parcels_1h");
        assertThat(prediction.getAsOf()).isEqualTo(Instant.ofEpochMilli(NOW + HOUR));
        assertThat(prediction.getModelDigest()).isEqualTo(opened.manifest().treesDigest());
        assertThat(prediction.getTraceId()).isEqualTo(TRACE);
    }

    @Test
    void withoutKafkaAnswersAreGivenAndWaitToBeLogged() throws Exception {
        stack.kill(Server.KAFKA);
        try {
            JsonNode answer = postAs("logged-later", request(parcels.getFirst()));
            assertThat(answer.path("complete").booleanValue()).isTrue();
        } finally {
            stack.start(Server.KAFKA);
        }
        assertThat(logged(Set.of("logged-later"))).hasSize(1);
    }

    @Test
    void anUnknownEntityHasNoPastAndARequestsValuesReplaceStoredOnes() throws Exception {
        Map<String, Object> row = Map.of("sender", "zoe", "depot", 99L, "price", new BigDecimal("7.00"));
        JsonNode unknown = post("/score", row);
        assertThat(unknown.path("complete").booleanValue()).isTrue();
        assertThat((float) unknown.path("chance").doubleValue())
                .isEqualTo(opened.score(expected(row, "x", NOW, Map.of())));
        Map<String, Object> known = new HashMap<>(row);
        known.put("sender", "ann2");
        known.put("parcels", 7.5);
        JsonNode replaced = post("/score", known);
        assertThat(replaced.path("replaced")).extracting(JsonNode::textValue).containsExactly("sender.parcels_1h");
        assertThat((float) replaced.path("chance").doubleValue())
                .isEqualTo(opened.score(expected(known, "x", NOW, Map.of("sender.parcels_1h", 7.5))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"price": 1,                                  | 400 | malformed-body |
            [1]                                           | 400 | malformed-body |
            ``                                            | 400 | malformed-body |
            {"price": 1, "price": 2}                      | 400 | malformed-body |
            {"price": 1, "sender": "ann", "depot": 1} {}  | 400 | malformed-body |
            {"price": 1, "sender": "ann", "depot": 1} x   | 400 | malformed-body |
            {"price": 1, "sender": "ann"}                 | 422 | invalid-values | depot:missing-field
            {"price": 0, "sender": "ann", "depot": 1}     | 422 | invalid-values | price:out-of-range
            {"price": -1, "sender": "ann", "depot": 0}    | 422 | invalid-values | price:out-of-range depot:out-of-range
            {"price": 1.001, "sender": "ann", "depot": 1} | 422 | invalid-values | price:too-precise
            {"price": "1", "sender": "ann", "depot": null}| 422 | invalid-values | price:wrong-type depot:missing-field
            {"price": 1, "sender": "al", "depot": 1}      | 422 | invalid-values | sender:out-of-range
            {"price": 1, "sender": "AL", "depot": 1}      | 422 | invalid-values | sender:out-of-range
            {"price": 1, "sender": "ann", "depot": 1, "colour": 3}       | 422 | invalid-values | colour:unknown-field
            {"price": 1, "sender": "ann", "depot": 1, "parcels": -1}     | 422 | invalid-values | parcels:out-of-range
            {"price": 1, "sender": "ann", "depot": 1, "parcels": 1e999}  | 422 | invalid-values | parcels:out-of-range
            {"price": 1, "sender": "ann", "depot": 1, "parcels": 1e2147483647} | 422 | invalid-values | parcels:out-of-range
            {"price": 1e2147483647, "sender": "ann", "depot": 1}         | 422 | invalid-values | price:out-of-range
            {"price": 1e-2147483647, "sender": "ann", "depot": 100e2147483647} | 422 | invalid-values | price:too-precise depot:wrong-type
            {"price": 1e2147483648, "sender": "ann", "depot": 1}         | 422 | invalid-values | price:out-of-range
            {"price": 1e2147483649, "sender": "ann", "depot": 1}         | 400 | malformed-body |
            {"price": [1e-2147483648], "sender": "ann", "depot": 1}      | 400 | malformed-body |
            {"price": 1, "sender": "ann", "depot": 1, "parcels": true}   | 422 | invalid-values | parcels:wrong-type
            {"price": 1, "sender": "ann", "depot": 1, "grams": 50001}    | 422 | invalid-values | grams:out-of-range
            {"price": 1, "sender": "ann", "depot": 1, "grams": 99999999999} | 422 | invalid-values | grams:out-of-range
            {"price": 1, "sender": "ann", "depot": 1, "size": "XL"}      | 422 | invalid-values | size:out-of-range
            {"price": 1, "sender": "ann", "depot": 1, "timestamp": 12}   | 422 | invalid-values | timestamp:wrong-type
            {"price": 1, "sender": "ann", "depot": 1, "parcel_id": "12"} | 422 | invalid-values | parcel_id:bad-uuid
            """)
    void everyMistakeIsNamed(String body, int status, String code, String fields) throws Exception {
        HttpResponse<String> response = send(service, "POST", "/score", body);
        assertThat(response.statusCode()).as(response::body).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.path("code").textValue()).isEqualTo(code);
        assertThat(problem.path("detail").textValue()).contains("expected".substring(0, fields == null ? 8 : 0));
        List<String> named = new ArrayList<>();
        problem.path("errors").forEach(error -> {
            assertThat(error.path("message").textValue())
                    .contains("'" + error.path("field").textValue() + "'");
            named.add(error.path("field").textValue() + ":" + error.path("code").textValue());
        });
        assertThat(named).containsExactlyInAnyOrder(fields == null ? new String[0] : fields.split(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "/score, 16",
        "/v1/models/late/predict:batch, 16",
        "/v2/models/late/infer, 16",
        "/v1/labels, 16",
    })
    void whereABodyEndsIsSaidInWordsOfItsSender(String path, int column) throws Exception {
        HttpResponse<String> cut = send(service, "POST", path, "{\"rows\": [1, 2]");
        assertThat(cut.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(cut.body()).path("detail").textValue())
                .startsWith(
                        "expected a JSON object, but it cannot be read: Unexpected end-of-input: expected close marker"
                                + " for Object (start marker at line 1, column 1) at line 1, column " + column);
    }

    static List<String> pathsOfBodies() {
        return List.of(
                "/score",
                "/v1/models/late/predict",
                "/v1/models/late/predict:batch",
                "/v2/models/late/infer",
                "/v1/labels");
    }

    @ParameterizedTest
    @MethodSource("pathsOfBodies")
    void aBodyIsAsDeepAsTheLimitAndNoDeeper(String path) throws Exception {
        String tooDeep = "Document nesting depth (" + (JsonServlet.DEEPEST + 1) + ") exceeds the maximum allowed";
        HttpResponse<String> deepest = send(service, "POST", path, nested(JsonServlet.DEEPEST));
        // It has no field that is known here.
        assertThat(deepest.statusCode()).as(deepest::body).isIn(400, 422);
        assertThat(deepest.body()).doesNotContain("depth", "cannot be read");
        HttpResponse<String> deeper = send(service, "POST", path, nested(JsonServlet.DEEPEST + 1));
        assertThat(deeper.statusCode()).as(deeper::body).isEqualTo(400);
        assertThat(JSON.readTree(deeper.body()).path("detail").textValue()).contains(tooDeep);
    }

    /** Objects and arrays in turn, each closed. */
    private static String nested(int levels) {
        StringBuilder body = new StringBuilder("1");
        for (int level = levels; level > 0; level--) {
            body.insert(0, level % 2 == 1 ? "{\"a\": " : "[").append(level % 2 == 1 ? '}' : ']');
        }
        return body.toString();
    }

    @Test
    void aTensorHasAsManyRowsAsABatch() throws Exception {
        List<Map<String, Object>> rows = Collections.nCopies(1_001, parcels.getFirst());
        Map<String, Object> inputs = Map.of(
                "inputs",
                List.of(
                        tensor("sender", "BYTES", rows),
                        tensor("depot", "INT64", rows),
                        tensor("price", "FP64", rows)));
        HttpResponse<String> many = send(service, "POST", "/v2/models/late/infer", JSON.writeValueAsString(inputs));
        assertThat(many.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(many.body()).path("detail").textValue())
                .isEqualTo("expected inputs of the same length, 1 to 1000, but came lengths [1001]");
    }

    @ParameterizedTest
    @MethodSource("pathsOfBodies")
    void aBodyThatIsTooLargeIsRefusedWhetherItsLengthIsToldOrNot(String path) throws Exception {
        byte[] large = " ".repeat(JsonServlet.LARGEST_BODY + 1).getBytes(StandardCharsets.UTF_8);
        URI uri = URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port") + path);
        for (BodyPublisher body : List.of(
                BodyPublishers.ofByteArray(large),
                // Of no length that could be told: chunked.
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))) {
            HttpResponse<String> refused = HTTP.send(
                    HttpRequest.newBuilder(uri)
                            .header("Content-Type", "application/json")
                            .version(HttpClient.Version.HTTP_1_1)
                            .POST(body)
                            .build(),
                    BodyHandlers.ofString());
            assertThat(refused.statusCode()).as(refused::body).isEqualTo(413);
            assertThat(JSON.readTree(refused.body()).path("code").textValue()).isEqualTo("too-large");
        }
    }

    /** Trees of it would take many times its bytes. */
    @ParameterizedTest
    @ValueSource(
            strings = {"/score", "/v1/models/late/predict", "/v1/models/late/predict:batch", "/v2/models/late/infer"})
    void aBodyOfMoreValuesThanAnyRequestHasIsNotReadToItsEnd(String path) throws Exception {
        String rows = "{},".repeat(300_000) + "{}";
        for (String body : List.of("{\"rows\":[" + rows + "]}", "{\"colour\":[" + rows + "]}")) {
            HttpResponse<String> refused = send(service, "POST", path, body);
            assertThat(refused.statusCode()).as(refused::body).isEqualTo(400);
            assertThat(JSON.readTree(refused.body()).path("detail").textValue()).contains("Token count");
        }
    }

    @Test
    void whatIsNotServedIsSaid() throws Exception {
        HttpResponse<String> unknown = send(service, "POST", "/v1/models/early/predict", "{}");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(unknown.body()).path("detail").textValue())
                .isEqualTo("'early' is no model that is served; there are [late]");
        HttpResponse<String> drift = send(service, "GET", "/v1/models/early/drift", null);
        assertThat(drift.statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(drift.body()).path("code").textValue()).isEqualTo("unknown-model");
        assertThat(JSON.readTree(drift.body()).path("detail").textValue())
                .isEqualTo("'early' is no model that is served; there are [late]");
        HttpResponse<String> read = send(service, "GET", "/score", null);
        assertThat(read.statusCode()).isEqualTo(405);
        assertThat(read.headers().firstValue("Allow")).contains("POST");
        assertThat(JSON.readTree(read.body()).path("detail").textValue()).isEqualTo("Expected POST of this path");
        assertThat(send(service, "GET", "/health", null).statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsAmissIsSaid() throws Exception {
        Map<String, Object> row = new HashMap<>(parcels.getFirst());
        row.put("timestamp", NOW);
        write(progress(NOW - 1_001, false));
        JsonNode late = post("/score", request(row));
        assertThat(late.path("reasons")).extracting(JsonNode::textValue).containsExactly("features-late");
        assertThat(late.path("complete").booleanValue()).isFalse();
        write(progress(NOW - 1_000, false));
        assertThat(post("/score", request(row)).path("complete").booleanValue()).isTrue();
        write(progress(NOW + HOUR, true));
        JsonNode rebuilding = post("/score", request(row));
        assertThat(rebuilding.path("reasons")).extracting(JsonNode::textValue).containsExactly("not-complete");
        assertThat(rebuilding.path("complete").booleanValue()).isFalse();
        write(new Progress(Map.of(), Optional.empty(), false));
        JsonNode unheard = post("/score", request(row));
        assertThat(unheard.path("as_of").isNull()).isTrue();
        assertThat(unheard.path("reasons")).extracting(JsonNode::textValue).containsExactly("not-complete");
        write(progress(NOW + HOUR, false));
        row.put("timestamp", NOW - 5 * HOUR);
        assertThat(post("/score", request(row)).path("reasons"))
                .extracting(JsonNode::textValue)
                .containsExactly("read-in-past");
    }

    /** Tensors have no room for a bad row: the others are then no answers either. */
    @Test
    void whatNobodyGotIsNotCounted() throws Exception {
        List<Map<String, Object>> rows = List.of(
                Map.of("sender", "ann1", "depot", 1, "price", 1.0), Map.of("sender", "bob", "depot", 2, "price", -1.0));
        Map<String, Object> inputs = Map.of(
                "inputs",
                List.of(
                        tensor("sender", "BYTES", rows),
                        tensor("depot", "INT64", rows),
                        tensor("price", "FP64", rows)));
        double answers = answers();
        long drifted = get("/v1/models/late/drift").path("rows").longValue();
        HttpResponse<String> refused = send(service, "POST", "/v2/models/late/infer", JSON.writeValueAsString(inputs));
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(answers()).isEqualTo(answers);
        assertThat(get("/v1/models/late/drift").path("rows").longValue()).isEqualTo(drifted);
    }

    private static double answers() {
        return service.getBean(MeterRegistry.class).find("predictions_total").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    @Test
    void manyUnknownNamesAreCountedAndNotListed() throws Exception {
        StringBuilder body = new StringBuilder("{\"sender\": \"ann\", \"depot\": 1, \"price\": 5");
        for (int i = 0; i < 60_000; i++) {
            body.append(",\"n").append(i).append("\":0");
        }
        HttpResponse<String> refused =
                send(service, "POST", "/score", body.append('}').toString());
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body())
                .contains("59990 more are no fields of this request")
                .hasSizeLessThan(10_000);
    }

    @Test
    void featuresAreReadWithoutAnEvent() throws Exception {
        String at = Instant.ofEpochMilli(NOW).toString();
        JsonNode read = get("/v1/features/parcels?sender=ann1&depot=2&price=12.3&at=" + at);
        double[] vector =
                expected(Map.of("sender", "ann1", "depot", 2L, "price", new BigDecimal("12.30")), null, NOW, Map.of());
        List<String> names = MODEL.features();
        for (int i = 0; i < vector.length; i++) {
            JsonNode value = read.path("features").path(names.get(i));
            assertThat(value.isNull() ? Double.valueOf(Double.NaN) : (Double) value.doubleValue())
                    .as(names.get(i))
                    .isEqualTo(Double.valueOf(vector[i]));
        }
        assertThat(read.path("features").path("grams").isNull()).isTrue();
        assertThat(read.path("complete").booleanValue()).isTrue();
        assertThat(read.path("reasons")).isEmpty();
        assertThat(read.path("model_version").textValue()).isEqualTo("v3");
        assertThat(read.path("request_id").textValue()).isEqualTo("mine-1");
        assertThat(read.path("windows").path("sender.parcels_1h"))
                .extracting(JsonNode::textValue)
                .containsExactly(Instant.ofEpochMilli(NOW - HOUR).toString(), at);
        assertThat(get("/v1/features/parcels?sender=ann1&depot=2&fragile=true&size=S")
                        .path("at")
                        .textValue())
                .isEqualTo(at);
        assertThat(read.path("source").textValue()).isEqualTo("online");
        // The past needs the database, which is away here.
        HttpResponse<String> past =
                send(service, "GET", "/v1/features/parcels?sender=ann1&depot=2&at=2026-02-28T12:00:00Z", null);
        assertThat(past.statusCode()).isEqualTo(503);
        assertThat(JSON.readTree(past.body()).path("code").textValue()).isEqualTo("history-unavailable");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/features/letters?sender=ann1&depot=2           | 404 | this service serves the use case 'parcels'
            /v1/features/parcels?sender=ann1                   | 422 | 'depot' is missing
            /v1/features/parcels?sender=ann1&depot=x           | 422 | 'depot': expected a number, found "x"
            /v1/features/parcels?sender=ann1&depot=2&price=1e2147483647   | 422 | 'price': expected at most 12 digits, found 1E+2147483647
            /v1/features/parcels?sender=ann1&depot=100e2147483647         | 422 | 'depot': expected a whole number, found 1.00E+2147483649
            /v1/features/parcels?sender=ann1&depot=2&at=noon   | 422 | 'at': expected a time such as 2026-01-31T12:00:00Z, of the years 1970 to 9999, found noon
            /v1/features/parcels?sender=ann1&depot=2&colour=3  | 422 | 'colour' is no field of 'parcel'; it has [parcel_id, timestamp, sender, depot, price, grams, fragile, size, late]
            /v1/features/parcels?sender=ann1&depot=2&at=-292275055-05-17T00:00:00Z | 422 | 'at': expected a time such as 2026-01-31T12:00:00Z, of the years 1970 to 9999, found -292275055-05-17T00:00:00Z
            /v1/features/parcels?sender=ann1&depot=2&at=1969-12-31T23:59:59Z | 422 | 'at': expected a time such as 2026-01-31T12:00:00Z, of the years 1970 to 9999, found 1969-12-31T23:59:59Z
            /v1/features/parcels?sender=ann1&depot=2&at=%2B10000-01-01T00:00:00Z | 422 | 'at': expected a time such as 2026-01-31T12:00:00Z, of the years 1970 to 9999, found +10000-01-01T00:00:00Z
            /v1/features/parcels?sender=ann1&depot=2&fragile=3 | 422 | 'fragile': expected true or false, found "3"
            /v1/features/parcels?sender=ann1&depot=2&model=m   | 422 | 'model' is one of [late]
            """)
    void wrongParametersAreNamed(String path, int status, String detail) throws Exception {
        HttpResponse<String> response = send(service, "GET", path, null);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).path("detail").textValue()).isEqualTo(detail);
    }

    private static long driftRows() throws Exception {
        return JSON.readTree(send(service, "GET", "/v1/models/late/drift", null).body())
                .path("rows")
                .longValue();
    }

    @Test
    void aDeadStoreLeavesTheModelsDefaults() throws Exception {
        Map<String, Object> row =
                Map.of("sender", "ann1", "depot", 2L, "price", new BigDecimal("12.30"), "parcels", 4, "grams", 9);
        Map<String, Object> timed = new HashMap<>(request(row));
        timed.put("timestamp", Instant.ofEpochMilli(NOW).toString());
        float score = opened.score(new double[] {4, 5, 60, 0.2, 9, 12.3, 12});
        long counted = driftRows();
        stack.kill(Server.REDIS);
        try {
            JsonNode answer = post("/score", timed);
            assertThat(answer.path("reasons")).extracting(JsonNode::textValue).containsExactly("features-unavailable");
            assertThat((float) answer.path("chance").doubleValue()).isEqualTo(score);
            assertThat(answer.path("as_of").isNull()).isTrue();
            assertThat(answer.path("complete").booleanValue()).isFalse();
            assertThat(answer.path("model_version").textValue()).isEqualTo("v3");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(get("/health").toString()).contains("\"features-unavailable\""));
            HttpResponse<String> features = send(service, "GET", "/v1/features/parcels?sender=ann1&depot=2", null);
            assertThat(features.statusCode()).isEqualTo(503);
            assertThat(features.body()).contains("\"code\":\"features-unavailable\"");
        } finally {
            stack.start(Server.REDIS);
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(get("/health").toString()).doesNotContain("features-unavailable"));
        fill();
        assertThat(post("/score", timed).path("as_of").isNull()).isFalse();
        await().untilAsserted(() -> assertThat(driftRows())
                .as("what was answered from defaults is no drift")
                .isEqualTo(counted + 1));
        assertThat(send(service, "GET", "/metrics", null).body())
                .contains(
                        "data_drift_score{feature=\"score\",model=\"late\"}", "feature_psi{", "feature_missing_share{")
                .contains("feature_unknown_share{feature=\"price\",model=\"late\"}");
        JsonNode drift = JSON.readTree(
                send(service, "GET", "/v1/models/late/drift", null).body());
        assertThat(drift.path("rows").longValue()).isPositive();
        assertThat(drift.path("rows_needed").longValue()).isEqualTo(200);
        assertThat(drift.path("baseline_rows").longValue()).isEqualTo(1000);
        assertThat(drift.path("features").path("price").path("bins").intValue()).isEqualTo(20);
        assertThat(send(service, "GET", "/metrics", null).body())
                .contains("fallbacks_total{reason=\"features-unavailable\"}")
                .contains("predictions_total{model=\"late\",model_version=\"v3\",result=\"");
    }

    @Test
    void aFrozenStoreIsSoonNotAskedAnyMore() throws Exception {
        Map<String, Object> row = Map.of("sender", "ann1", "depot", 2L, "price", new BigDecimal("12.30"));
        double before = failedReads("not-asked");
        stack.pause(Server.REDIS);
        try {
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                assertThat(post("/score", row).path("reasons").path(0).textValue())
                        .isEqualTo("features-unavailable");
                assertThat(failedReads("not-asked")).isGreaterThan(before);
            });
            double waited = failedReads("no-answer");
            double spared = failedReads("not-asked");
            for (int i = 0; i < 10; i++) {
                assertThat(post("/score", row).path("reasons").path(0).textValue())
                        .isEqualTo("features-unavailable");
            }
            assertThat(failedReads("not-asked")).isEqualTo(spared + 10);
            assertThat(failedReads("no-answer")).isEqualTo(waited);
        } finally {
            stack.resume(Server.REDIS);
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(post("/score", row).path("as_of").isNull()).isFalse());
    }

    private static double failedReads(String reason) {
        return service.getBean(MeterRegistry.class)
                .get("feature_reads_failed_total")
                .tag("reason", reason)
                .counter()
                .count();
    }

    /** As Redis itself counts: how often it found something to read, and what was asked for then. */
    private record Work(long reads, long hashes) {
        private static Work of(StatefulRedisConnection<String, String> redis) {
            String info = redis.sync().info("all");
            return new Work(number(info, "total_reads_processed:(\\d+)"), number(info, "cmdstat_hgetall:calls=(\\d+)"));
        }

        private static long number(String info, String pattern) {
            Matcher found = Pattern.compile(pattern).matcher(info);
            assertThat(found.find()).as(info).isTrue();
            return Long.parseLong(found.group(1));
        }

        private Work since(Work before) {
            return new Work(reads - before.reads, hashes - before.hashes);
        }
    }

    @Test
    void theFeaturesOfARequestAreOneRoundTrip() throws Exception {
        int requests = 100;
        int hashes = 1 + MODEL.bindings().size();
        Map<String, Object> row = Map.of("sender", "ann1", "depot", 2L, "price", new BigDecimal("12.30"));
        RedisClient client = RedisClient.create(stack.redis().url());
        try (StatefulRedisConnection<String, String> redis = client.connect()) {
            Work before = Work.of(redis);
            for (int i = 0; i < requests; i++) {
                assertThat(post("/score", row).path("as_of").isNull()).isFalse();
            }
            Work done = Work.of(redis).since(before);
            long probes = done.hashes() - requests * hashes;
            assertThat(probes).as("hashes read beside a request's own").isBetween(0L, requests - 1L);
            // And this test's own question. A probe may come together with a request.
            assertThat(done.reads() - probes).isBetween(requests - probes, requests + 1L);
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    @Test
    void withoutAModelTheRuleAnswers(@TempDir Path empty) throws Exception {
        try (ConfigurableApplicationContext bare = run(empty)) {
            HttpResponse<String> response =
                    send(bare, "POST", "/score", "{\"sender\": \"ann\", \"depot\": 1, \"price\": 100.01}");
            assertThat(response.statusCode()).isEqualTo(200);
            JsonNode answer = JSON.readTree(response.body());
            assertThat(answer.path("chance").doubleValue()).isEqualTo(0.9);
            assertThat(answer.path("late").intValue()).isEqualTo(1);
            assertThat(answer.path("model_version").textValue()).isEqualTo("none");
            assertThat(answer.path("reasons").path(0).textValue()).isEqualTo("no-model");
            assertThat(send(bare, "GET", "/metrics", null).body())
                    .contains("predictions_total{model=\"late\",model_version=\"none\",result=\"fallback\"} 1.0")
                    .contains("fallbacks_total{reason=\"no-model\"} 1.0");
            assertThat(JSON.readTree(send(bare, "GET", "/v1/models", null).body())
                            .path("models")
                            .path(0)
                            .path("model_version")
                            .textValue())
                    .isEqualTo("none");
        }
    }

    /** Asks before the service has begun to warm itself up, when its port is open already. */
    private static final class EarlyCaller implements ApplicationListener<WebServerInitializedEvent>, Ordered {
        private final List<String> answers = new ArrayList<>();

        @Override
        public void onApplicationEvent(WebServerInitializedEvent event) {
            if (event.getApplicationContext().getServerNamespace() != null) {
                return;
            }
            for (String path : List.of("/health/liveness", "/health/readiness")) {
                try {
                    HttpResponse<String> response = HTTP.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + event.getWebServer().getPort() + path))
                                    .build(),
                            BodyHandlers.ofString());
                    answers.add(response.statusCode() + " " + response.body());
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }

        @Override
        public int getOrder() {
            return HIGHEST_PRECEDENCE;
        }
    }

    @Test
    void itIsReadyOnceItIsWarmAndCountsNoRequestOfItsOwn() throws Exception {
        EarlyCaller early = new EarlyCaller();
        try (ConfigurableApplicationContext fresh = run(cache, early)) {
            assertThat(early.answers).containsExactly("200 {\"status\":\"ok\"}", "503 {\"status\":\"warming-up\"}");
            assertThat(send(fresh, "GET", "/health/readiness", null).body()).isEqualTo("{\"status\":\"ok\"}");
            assertThat(send(fresh, "GET", "/metrics", null).body())
                    .doesNotContain("predictions_total{", "prediction_latency_seconds_count{", "fallbacks_total{");
            String body = "{\"sender\": \"ann\", \"depot\": 1, \"price\": 5}";
            int port = Integer.parseInt(fresh.getEnvironment().getProperty("local.server.port"));
            HttpResponse<String> guess = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/score"))
                            .header("X-Millrace-Warm-Up", "0123456789abcdef0123456789abcdef")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(guess.statusCode()).isEqualTo(200);
            assertThat(send(fresh, "GET", "/metrics", null).body())
                    .contains("prediction_latency_seconds_count{model=\"late\"} 1");
        }
    }

    @Test
    void itGetsReadyWhenItCannotWarmItselfUp() throws Exception {
        // Not where it sends its own requests to.
        Stream<String> arguments = Stream.concat(arguments(cache), Stream.of("--SERVER_ADDRESS=127.0.0.2"));
        try (ConfigurableApplicationContext elsewhere =
                new SpringApplicationBuilder(PredictionApi.class).run(arguments.toArray(String[]::new))) {
            int port = Integer.parseInt(elsewhere.getEnvironment().getProperty("local.server.port"));
            HttpResponse<String> ready = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.2:" + port + "/health/readiness"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(ready.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void withoutAModelThatIsAskedAllElseIsServed(@TempDir Path folder) throws Exception {
        Path parcels = folder.resolve("use-cases/parcels");
        DefinitionFiles.of(Parcels.ENGINE.useCase()).writeTo(parcels);
        Path late = parcels.resolve("models/late.yaml");
        String text = Files.readString(late);
        Files.writeString(
                late,
                text.substring(0, text.indexOf("serve:"))
                        + "promote: {better: average_precision, at_least: {auc: 0.6}}\n");
        Stream<String> arguments = arguments(folder.resolve("models"))
                .map(argument -> argument.startsWith("--MILLRACE_USE_CASES=")
                        ? "--MILLRACE_USE_CASES=" + folder.resolve("use-cases")
                        : argument);
        try (ConfigurableApplicationContext unasked =
                new SpringApplicationBuilder(PredictionApi.class).run(arguments.toArray(String[]::new))) {
            assertThat(send(unasked, "GET", "/health/liveness", null).statusCode())
                    .isEqualTo(200);
            assertThat(send(unasked, "GET", "/v1/features/parcels?sender=ann1&depot=2", null)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(unasked, "POST", "/score", "{}").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void figuresHaveTheirNames() throws Exception {
        post("/score", Map.of("sender", "ann1", "depot", 2L, "price", 5));
        assertThat(send(service, "GET", "/metrics", null).body())
                .contains("prediction_latency_seconds_bucket{model=\"late\",le=\"0.025\"}")
                .contains("prediction_latency_seconds_bucket{model=\"late\",le=\"0.001\"}")
                .contains("prediction_score_bucket{model=\"late\",le=\"0.5\"}")
                .contains("feature_computation_seconds_count{feature_type=\"stored\"}")
                .contains("feature_computation_seconds_count{feature_type=\"vector\"}");
    }

    @Test
    void everyExampleOfTheDocumentIsAnswered() throws Exception {
        List<String> answered = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path :
                get("/openapi.json").path("paths").properties()) {
            for (JsonNode example : path.getValue().at("/post/requestBody/content/application~1json/examples")) {
                HttpResponse<String> answer = send(
                        service, "POST", path.getKey(), example.path("value").toString());
                assertThat(answer.statusCode()).as(answer::body).isEqualTo(200);
                assertThat(answer.body()).doesNotContain("\"status\"");
                answered.add(path.getKey());
            }
        }
        assertThat(answered)
                .containsExactlyInAnyOrder(
                        "/score", "/v1/models/late/predict", "/v1/models/late/predict:batch", "/v2/models/late/infer");
    }

    @Test
    void theDocumentListsExactlyWhatIsServed() throws Exception {
        JsonNode document = get("/openapi.json");
        assertThat(document.path("openapi").textValue()).isEqualTo("3.1.0");
        assertThat(ServedOperations.listed(document)).isEqualTo(ServedOperations.of(service));
        JsonNode request = document.at("/paths/~1score/post/requestBody/content/application~1json/schema");
        assertThat(request.path("required"))
                .extracting(JsonNode::textValue)
                .containsExactly("price", "sender", "depot");
        assertThat(request.path("properties")
                        .path("price")
                        .path("exclusiveMinimum")
                        .intValue())
                .isZero();
        assertThat(request.path("properties").path("timestamp").path("format").textValue())
                .isEqualTo("date-time");
        assertThat(document.at("/paths/~1score/post/requestBody/content/application~1json/examples/parcels/value")
                        .toString())
                .isEqualTo("{\"price\":12.3,\"sender\":\"ann1\",\"depot\":2}");
        HttpResponse<String> page = send(service, "GET", "/docs", null);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body()).contains("/openapi.json");
        ObjectNode model = (ObjectNode) get("/v1/models").path("models").path(0);
        assertThat(model.path("path").textValue()).isEqualTo("/score");
        assertThat(model.path("model_version").textValue()).isEqualTo("v3");
        assertThat(model.path("features")).hasSize(MODEL.features().size());
        assertThat(Arrays.asList(model.path("metrics").path("auc").doubleValue()))
                .containsExactly(0.9);
    }
}

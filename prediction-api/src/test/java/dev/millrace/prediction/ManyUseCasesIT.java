package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.state.Block;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.event.PlatformRecords;
import dev.millrace.schema.event.TopicDecoder;
import dev.millrace.schema.event.Topics;
import dev.millrace.schema.loader.UseCaseLoader;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Two use cases in one process over HTTP, with callers of one, of the other and of both. */
@Timeout(240)
class ManyUseCasesIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final FeatureEngine LETTERS =
            FeatureEngine.compile(UseCaseLoader.load(Parcels.USE_CASES, "letters"));
    private static final String PARCEL = "{\"sender\": \"ann1\", \"depot\": 1, \"price\": 5}";
    private static final String LETTER = "{\"sender\": \"ann1\", \"grams\": 20}";
    private static final String PARCEL_ID = "89c7ba8f-53be-4a8c-8b5a-00000000000";
    private static final Instant NOW = Instant.now();

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static RSAKey issuer;
    private static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.REDIS, Server.KAFKA, Server.POSTGRES);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            admin.createTopics(Set.of(
                            new NewTopic(Topics.PREDICTIONS, 1, (short) 1), new NewTopic(Topics.LABELS, 1, (short) 1)))
                    .all()
                    .get();
        }
        fillTables();
        fillStore();
        issuer = new RSAKeyGenerator(2048).keyID("one").generate();
        Files.writeString(folder.resolve("jwks.json"), new JWKSet(issuer.toPublicJWK()).toString());
        Files.write(
                folder.resolve("keys"),
                List.of(
                        line("one", "parcels"),
                        line("other", "letters"),
                        line("both", "parcels,letters"),
                        line("all", "*"),
                        line("none", "another")));
        TestCache.keep(folder.resolve("models"), "late", "3", TestPackages.of("late", 1));
        TestCache.keep(folder.resolve("models"), "lost", "8", TestPackages.of(LETTERS.useCase(), "lost", 2));
        service = run(
                folder.resolve("models"),
                "--MILLRACE_SECURITY=on",
                "--MILLRACE_API_KEYS=" + folder.resolve("keys"),
                "--MILLRACE_JWT_ISSUER=https://issuer.example.org",
                "--MILLRACE_JWT_AUDIENCE=millrace",
                "--MILLRACE_JWT_KEYS=" + folder.resolve("jwks.json").toUri());
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    private static ConfigurableApplicationContext run(Path models, String... others) {
        return new SpringApplicationBuilder(PredictionApi.class)
                .run(Stream.concat(
                                Stream.of(
                                        "--SERVER_PORT=0",
                                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                                        "--MILLRACE_USE_CASE=parcels,letters",
                                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                                        "--REDIS_URL=" + stack.redis().url(),
                                        "--KAFKA_BOOTSTRAP_SERVERS="
                                                + stack.kafka().bootstrapServers(),
                                        "--POSTGRES_URL=" + stack.postgres().url(),
                                        "--POSTGRES_USER=" + stack.postgres().user(),
                                        "--POSTGRES_PASSWORD="
                                                + stack.postgres().password(),
                                        "--MILLRACE_FEATURES_DEADLINE=500ms",
                                        "--MILLRACE_ACCURACY_EVERY=300ms",
                                        "--MILLRACE_MODEL_CACHE=" + models),
                                Stream.of(others))
                        .toArray(String[]::new));
    }

    private static String line(String id, String useCases) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(key(id).getBytes(StandardCharsets.UTF_8));
        return String.join(" ", id, "sha256:" + HexFormat.of().formatHex(digest), "admin", useCases, "never");
    }

    private static String key(String owner) {
        return "the key of " + owner;
    }

    private static String token(List<String> useCases) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID(issuer.getKeyID())
                        .build(),
                new JWTClaimsSet.Builder()
                        .issuer("https://issuer.example.org")
                        .audience("millrace")
                        .subject("ann@example.org")
                        .expirationTime(Date.from(Instant.now().plusSeconds(300)))
                        .claim("roles", List.of("admin"))
                        .claim("use_cases", useCases)
                        .build());
        token.sign(new RSASSASigner(issuer));
        return token.serialize();
    }

    /** The stream of postcards has never run: their table is not there. */
    private static void fillTables() throws Exception {
        try (Connection database = DriverManager.getConnection(
                        stack.postgres().url(),
                        stack.postgres().user(),
                        stack.postgres().password());
                Statement tables = database.createStatement()) {
            Path migrations = Path.of("../feature-stream/src/main/resources/db/migration");
            tables.execute(Files.readString(migrations.resolve("V1__platform.sql")));
            tables.execute(Files.readString(migrations.resolve("V2__predictions.sql")));
            tables.execute("create table labels_all partition of labels default");
            tables.execute("create table predictions_all partition of predictions default");
            tables.execute("""
                    create table parcel (parcel_id uuid, "timestamp" timestamptz, sender text, depot bigint,
                      price numeric(12, 2), grams integer, fragile boolean, size text, late integer, topic_id text,
                      kafka_partition integer, kafka_offset bigint, arrival_time timestamptz, sink_batch bigint)
                    """);
            tables.execute("""
                    create table letter (letter_id text, "timestamp" timestamptz, sender text, grams integer,
                      topic_id text, kafka_partition integer, kafka_offset bigint, arrival_time timestamptz,
                      sink_batch bigint)
                    """);
            tables.execute(
                    "insert into letter values ('l1', now() - interval '3 days', 'ann1', 20, 't', 0, 1, now(), 0)");
            for (int late = 0; late <= 1; late++) {
                tables.execute("""
                        insert into parcel values ('%1$s%2$d', now() - interval '3 days', 'ann1', 4, 12.30, null, null,
                          null, %2$d, 't', 0, 1, now(), 0)
                        """.formatted(PARCEL_ID, late));
                tables.execute("""
                        insert into predictions (request_id, event_id, model, model_version, alias, score, decision,
                          vector, definitions_digest, model_digest, event_key, asked_for, answered_at, complete, reasons,
                          replaced, entities, offsets, others, topic_id, kafka_partition, kafka_offset)
                        values ('r', '%1$s%2$d', 'late', 'v3', 'champion', 0.%2$d, true, '{}', '', '', 'ann1',
                          now() - interval '3 days', now(), true, '[]', '[]', '{}', '{}', '[]', 't', 0, %2$d)
                        """.formatted(PARCEL_ID, late));
            }
        }
    }

    /** Two parcels and five letters of the same sender, in views of the same name. */
    private static void fillStore() {
        RedisClient client = RedisClient.create(stack.redis().url());
        try (StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE)) {
            for (Map.Entry<FeatureEngine, Integer> each :
                    Map.of(Parcels.ENGINE, 2, LETTERS, 5).entrySet()) {
                FeatureEngine engine = each.getKey();
                View view = engine.view("sender").orElseThrow();
                Block block = view.shape().empty();
                for (int i = 0; i < each.getValue(); i++) {
                    long time = NOW.minusSeconds(60 + i).toEpochMilli();
                    Map<String, Object> fields =
                            new HashMap<>(Map.of("sender", "ann1", "timestamp", time, "price", new BigDecimal("5.00")));
                    view.feed(new SourceRecord("event " + i, time, 0, fields::get))
                            .forEach(fed -> block.fold(fed.event()));
                }
                String useCase = engine.useCase().name();
                redis.sync()
                        .hset(
                                OnlineKeys.entity(useCase, view, "ann1"),
                                Map.of(
                                        OnlineKeys.BLOCK,
                                        block.toServedBytes(),
                                        OnlineKeys.OFFSETS,
                                        Offsets.NONE.toBytes()));
                Map<Progress.Key, Progress.Read> read = new HashMap<>();
                for (String topic : List.of("parcel", "letter", Topics.LABELS)) {
                    read.put(
                            new Progress.Key(topic, 0),
                            new Progress.Read(
                                    100, NOW.minusSeconds(each.getValue()).toEpochMilli()));
                }
                redis.sync().hset(OnlineKeys.progress(useCase), new Progress(read, Optional.empty(), false).toFields());
            }
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    private static HttpResponse<String> send(
            ConfigurableApplicationContext to, String method, String path, String body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + to.getEnvironment().getProperty("local.server.port") + path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> as(String owner, String method, String path, String body) throws Exception {
        return send(service, method, path, body, "X-API-Key", key(owner));
    }

    private static JsonNode answered(String owner, String method, String path, String body) throws Exception {
        HttpResponse<String> answer = as(owner, method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static String code(HttpResponse<String> answer) throws Exception {
        return JSON.readTree(answer.body()).path("code").asText();
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

    /** The table of the second model of letters is not there. */
    @Test
    void whereNothingIsKnownOfOneTheAccuracyOfTheOtherIsTold() {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(send(service, "GET", "/metrics", "").body())
                                .contains("model_accuracy{model=\"late\",model_version=\"v3\"} 1.0"));
    }

    @FunctionalInterface
    private interface Decoder<T> {
        T of(ConsumerRecord<byte[], byte[]> record) throws Exception;
    }

    private static <T> List<T> read(String topic, int least, Decoder<T> decoder) {
        List<T> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    found.add(decoder.of(record));
                }
                return found.size() >= least
                        && consumer.position(partition)
                                >= consumer.endOffsets(List.of(partition)).get(partition);
            });
        }
        return found;
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

    /** The operations of a document as they are called: templates with each name that the document has for them. */
    private static Set<String> calls(JsonNode document) {
        Set<String> calls = new TreeSet<>();
        for (String operation : ServedOperations.listed(document)) {
            String[] parts = operation.split(" ");
            String template = parts[1].replaceFirst(".*\\{(.*)}.*", "$1");
            if (template.equals(parts[1])) {
                calls.add(operation);
                continue;
            }
            for (JsonNode parameter :
                    document.path("paths").path(parts[1]).path(parts[0]).path("parameters")) {
                if (parameter.path("name").asText().equals(template)) {
                    parameter
                            .at("/schema/enum")
                            .forEach(name -> calls.add(operation.replace("{" + template + "}", name.asText())));
                }
            }
        }
        return calls;
    }

    /** What a caller's document lists it may call; of all else that is served it gets to see nothing. */
    @Test
    void aCallerGetsToSeeWhatItsUseCasesHave() throws Exception {
        Map<String, String[]> callers = Map.of(
                "one", new String[] {"X-API-Key", key("one")},
                "other", new String[] {"X-API-Key", key("other")},
                "both", new String[] {"X-API-Key", key("both")},
                "one's token", new String[] {"Authorization", "Bearer " + token(List.of("parcels"))},
                "other's token", new String[] {"Authorization", "Bearer " + token(List.of("letters"))},
                "all's token", new String[] {"Authorization", "Bearer " + token(List.of("*"))});
        Set<String> served = calls(answered("all", "GET", "/openapi.json", ""));
        Map<String, Set<String>> seen = new HashMap<>();
        for (Map.Entry<String, String[]> caller : callers.entrySet()) {
            JsonNode document = JSON.readTree(
                    send(service, "GET", "/openapi.json", "", caller.getValue()).body());
            Set<String> calls = calls(document);
            seen.put(caller.getKey(), calls);
            for (String call : served) {
                String[] parts = call.split(" ");
                HttpResponse<String> answer =
                        send(service, parts[0].toUpperCase(Locale.ROOT), parts[1], "{}", caller.getValue());
                if (calls.contains(call)) {
                    assertThat(answer.statusCode())
                            .as(caller.getKey() + " " + call)
                            .isNotIn(401, 403, 404, 405, 500);
                } else {
                    assertThat(answer.statusCode())
                            .as(caller.getKey() + " " + call)
                            .isEqualTo(404);
                    assertThat(code(answer)).isEqualTo("not-found");
                }
            }
        }
        Set<String> hiddenFromOne = new TreeSet<>(served);
        hiddenFromOne.removeAll(seen.get("one"));
        assertThat(hiddenFromOne)
                .containsExactly(
                        "get /v1/features/letters",
                        "get /v1/models/lost/drift",
                        "get /v2/models/lost",
                        "get /v2/models/lost/ready",
                        "post /score_letter",
                        "post /v1/models/lost/predict",
                        "post /v1/models/lost/predict:batch",
                        "post /v2/models/lost/infer");
        Set<String> hiddenFromOther = new TreeSet<>(served);
        hiddenFromOther.removeAll(seen.get("other"));
        assertThat(hiddenFromOther)
                .containsExactly(
                        "get /v1/features/parcels",
                        "get /v1/models/late/drift",
                        "get /v2/models/late",
                        "get /v2/models/late/ready",
                        "post /score",
                        "post /v1/models/late/predict",
                        "post /v1/models/late/predict:batch",
                        "post /v2/models/late/infer");
        assertThat(seen)
                .containsEntry("one's token", seen.get("one"))
                .containsEntry("other's token", seen.get("other"));
        assertThat(seen).containsEntry("both", served).containsEntry("all's token", served);
        for (String call : served) {
            String[] parts = call.split(" ");
            if (!parts[1].matches("/metrics|/health.*|/v2/health/.*")) {
                assertThat(as("none", parts[0].toUpperCase(Locale.ROOT), parts[1], "{}")
                                .statusCode())
                        .as(call)
                        .isEqualTo(404);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "one, GET, /score_letter, 404",
        "other, GET, /score_letter, 405",
        "one, GET, /v1/models/written-again/drift, 404",
        "one, GET, /v1/models/none/drift, 404",
        "one, GET, /v1/models/l%6Fst/drift, 404",
        "one, GET, /v1/features/l%65tters?sender=ann1&model=lost, 404",
        "one, GET, /v1/features/parcels?sender=ann1&depot=1&model=lost, 422",
        "all, GET, /v1/features/l%65tters?sender=ann1&model=lost, 200",
        "one, POST, /v1/models/lost/predict/, 404",
        "one, HEAD, /v2/models/lost, 404",
        "other, GET, /v2/models/lost, 200",
    })
    void noOtherWayLeadsToAnothersUseCase(String owner, String method, String path, int status) throws Exception {
        HttpResponse<String> answer = as(owner, method, path, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (owner.equals("one")) {
            assertThat(answer.body()).doesNotContain("lost", "letter");
        }
    }

    @Test
    void listsNameTheModelsThatTheCallerSees() throws Exception {
        for (String[] operation : new String[][] {{"GET", "/v1/models"}, {"POST", "/v1/models:refresh"}}) {
            assertThat(models("one", operation)).containsExactly("late");
            assertThat(models("other", operation)).containsExactly("lost", "written-again");
            assertThat(models("both", operation)).containsExactly("late", "lost", "written-again");
        }
    }

    private static List<String> models(String owner, String[] operation) throws Exception {
        List<String> models = new ArrayList<>();
        answered(owner, operation[0], operation[1], "")
                .path("models")
                .forEach(model -> models.add(model.path("model").asText()));
        return models;
    }

    @Test
    void aTruthIsTakenFromWhoSeesItsUseCase() throws Exception {
        String parcel = "{\"event_id\": \"" + PARCEL_ID + "1\", \"value\": 1";
        String letter = "{\"event_id\": \"l1\", \"value\": 1";
        String typed = ", \"event_type\": \"letter\"}";
        // Whoever sees one labelled type need not name it.
        assertThat(as("one", "POST", "/v1/labels", parcel + "}").statusCode()).isEqualTo(202);
        assertThat(as("other", "POST", "/v1/labels", letter + "}").statusCode()).isEqualTo(202);
        HttpResponse<String> unclear = as("both", "POST", "/v1/labels", letter + "}");
        assertThat(unclear.statusCode()).isEqualTo(422);
        assertThat(unclear.body())
                .contains("expected an event type that is labelled, one of [letter, parcel], found nothing");
        assertThat(as("both", "POST", "/v1/labels", letter + typed).statusCode())
                .isEqualTo(202);
        int sent = read(Topics.LABELS, 3, record -> TopicDecoder.label(record.value()))
                .size();

        HttpResponse<String> anothers = as("one", "POST", "/v1/labels", letter + typed);
        assertThat(anothers.statusCode()).isEqualTo(422);
        assertThat(anothers.body())
                .contains(
                        "'event_type': expected an event type that is labelled, one of [parcel], found \\\"letter\\\"");
        HttpResponse<String> nobodys = as("one", "POST", "/v1/labels", letter + typed.replace("letter", "nothing"));
        assertThat(anothers.body())
                .as("as if it were not there")
                .isEqualTo(nobodys.body().replace("nothing", "letter"));
        assertThat(as("none", "POST", "/v1/labels", letter + typed).statusCode())
                .isEqualTo(404);
        List<Label> labels = read(Topics.LABELS, sent, record -> TopicDecoder.label(record.value()));
        assertThat(labels).hasSize(sent).extracting(Label::getEventType).containsOnly("parcel", "letter");
    }

    /** One has no version at all, then one that is broken: the other is answered, and the process is ready. */
    @Test
    void withoutAChampionOfOneItsRuleAnswersAndTheOtherIsAnswered(@TempDir Path models) throws Exception {
        TestCache.keep(models, "late", "3", TestPackages.of("late", 1));
        assertDegraded(models, "unreachable");
        TestCache.keep(
                models,
                "lost",
                "8",
                TestPackages.of(LETTERS.useCase(), "lost", 2).broken());
        assertDegraded(models, "unreachable");
        // Its definitions could read what another has.
        TestCache.keep(models, "lost", "9", ofAnotherUseCase());
        assertDegraded(models, "unreachable");
    }

    private static TestPackages ofAnotherUseCase() throws Exception {
        Path folder =
                Files.createDirectories(ManyUseCasesIT.folder.resolve("others")).resolve("strangers");
        try (Stream<Path> files = Files.walk(Parcels.USE_CASES.resolve("letters"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve(
                        Parcels.USE_CASES.resolve("letters").relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.writeString(target, Files.readString(file).replace("use_case: letters", "use_case: strangers"));
            }
        }
        return TestPackages.of(UseCaseLoader.load(folder), "lost", 2);
    }

    private static void assertDegraded(Path models, String reason) throws Exception {
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
            assertThat(health.body()).contains("{\"model\":\"late\",\"version\":\"v3\"}", reason);
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

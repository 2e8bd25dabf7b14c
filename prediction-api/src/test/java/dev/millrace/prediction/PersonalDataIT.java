package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.feature.state.Block;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.event.Topics;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What a caller sends of a person is in no error, no log line and no metric. The name of a field and the value of one that is not
 * marked personal are shown to their sender, and to nobody else.
 */
@Timeout(180)
class PersonalDataIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String CARD = "4111111111111111";
    private static final String FIRST = "Jonathan";
    private static final String LAST = "Zweistein";
    private static final String SECRET = "a secret for tests only";
    private static final String SENDER = "jonathan4";
    private static final String VALID = "\"sender\": \"ann1\", \"depot\": 2, \"price\": 5";

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static UseCase useCase;
    private static ConfigurableApplicationContext service;

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger ours = (Logger) LoggerFactory.getLogger("dev.millrace");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.REDIS, Server.KAFKA);
        TestTopics.create(stack.kafka().bootstrapServers(), Topics.PREDICTIONS);
        useCase = withPersonalFields();
        TestCache.keep(folder.resolve("models"), Parcels.MODEL, "3", TestPackages.of(useCase, Parcels.MODEL, 1));
        service = new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + folder.resolve("use-cases"),
                        "--MILLRACE_USE_CASE=parcels",
                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                        "--REDIS_URL=" + stack.redis().url(),
                        "--KAFKA_BOOTSTRAP_SERVERS=" + stack.kafka().bootstrapServers(),
                        "--MILLRACE_MASKING_KEY=" + SECRET,
                        "--MILLRACE_MODEL_CACHE=" + folder.resolve("models"));
    }

    /** Parcels that know whom they are for. */
    private static UseCase withPersonalFields() throws Exception {
        Path useCase = folder.resolve("use-cases/parcels");
        DefinitionFiles.of(Parcels.ENGINE.useCase()).writeTo(useCase);
        Parcels.replace(
                useCase.resolve("events/parcel.avsc"),
                "\"pattern\": \"[a-z]+[0-9]*\"}",
                "\"pattern\": \"[a-z]+[0-9]*\", \"personal\": \"hash\"}");
        Parcels.replace(useCase.resolve("events/parcel.avsc"), "  {\"name\": \"late\",", """
                  {"name": "addressee", "type": ["null", "string"], "default": null, "pattern": "[A-Z].*",
                   "personal": "drop"},
                  {"name": "person", "type": ["null", {"type": "string", "logicalType": "uuid"}],
                   "default": null, "personal": "drop"},
                  {"name": "card", "type": ["null", "long"], "default": null, "personal": "drop"},
                  {"name": "late",""".stripTrailing());
        String grams = "    grams: {max: 50000, optional: true}\n";
        Parcels.replace(
                useCase.resolve("models/late.yaml"),
                grams,
                grams + "    addressee: {optional: true}\n    person: {optional: true}\n    card: {optional: true}\n");
        return UseCaseLoader.load(useCase);
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    @BeforeEach
    void listen() {
        lines.start();
        root.addAppender(lines);
        ours.setLevel(Level.TRACE);
        ours.info("the log is read");
    }

    @AfterEach
    void neitherLogsNorMetricsSayIt() throws Exception {
        root.detachAppender(lines);
        ours.setLevel(null);
        String logged = lines.list.stream()
                .map(line -> line.getFormattedMessage()
                        + line.getMDCPropertyMap()
                        + line.getKeyValuePairs()
                        + causes(line.getThrowableProxy()))
                .collect(Collectors.joining("\n"));
        assertThat(logged).contains("the log is read").doesNotContain(CARD, FIRST, LAST);
        assertThat(send("GET", "/metrics", "").body()).contains("jvm_memory").doesNotContain(CARD, FIRST, LAST);
    }

    private static String causes(IThrowableProxy thrown) {
        return thrown == null ? "" : thrown.getMessage() + causes(thrown.getCause());
    }

    private static HttpResponse<String> send(String method, String path, String body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port") + path))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static void assertRefusedInSilence(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isBetween(400, 499);
        assertThat(answer.body()).doesNotContain(CARD, FIRST, LAST);
    }

    /** As the stream has it, which has never seen the name itself. */
    private static void storeOneParcelOf(String sender) {
        View view = FeatureEngine.compile(useCase).view("sender").orElseThrow();
        long now = System.currentTimeMillis();
        Map<String, Object> parcel =
                Map.of("parcel_id", "one", "timestamp", now, "sender", sender, "depot", 1L, "price", BigDecimal.ONE);
        Block block = view.shape().empty();
        view.feed(new SourceRecord("one", now, 0, parcel::get)).forEach(fed -> block.fold(fed.event()));
        Offsets offsets = Offsets.NONE.with(Map.of(TopicPartition.of("an-id", 0), 41L));
        RedisClient client = RedisClient.create(stack.redis().url());
        try (StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE)) {
            redis.sync()
                    .hset(
                            OnlineKeys.entity("parcels", view, sender),
                            Map.of(OnlineKeys.BLOCK, block.toServedBytes(), OnlineKeys.OFFSETS, offsets.toBytes()));
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    @Test
    void aHashedFieldIsReadAndKeptUnderTheHashThatItsEventsHave() throws Exception {
        String hash = String.valueOf(new PersonalData(SECRET).masked(useCase.event("parcel"), "sender", SENDER));
        storeOneParcelOf(hash);
        HttpResponse<String> answer =
                send("POST", "/score", "{\"sender\": \"" + SENDER + "\", \"depot\": 2, \"price\": 5}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body()).path("offsets").path("sender").toString())
                .contains("41");
        HttpResponse<String> features = send("GET", "/v1/features/parcels?sender=" + SENDER + "&depot=2", "");
        assertThat(features.statusCode()).as(features.body()).isEqualTo(200);
        assertThat(features.body()).contains("\"sender.parcels_1d\":1.0").doesNotContain(SENDER);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                LoggedPredictions.first(stack.kafka().bootstrapServers(), 1))
                        .anySatisfy(logged -> assertThat(logged.getEntities()).containsEntry("sender", hash)));
        assertThat(LoggedPredictions.first(stack.kafka().bootstrapServers(), 1).toString())
                .doesNotContain(SENDER);
    }

    @Test
    void aPersonalFieldIsTakenAndNotRepeated() throws Exception {
        String row = "{" + VALID + ", \"addressee\": \"" + FIRST + " " + LAST + "\"}";
        for (String path : List.of("/score", "/v1/models/late/predict", "/v1/models/late/predict:batch")) {
            HttpResponse<String> answer =
                    send("POST", path, path.endsWith(":batch") ? "{\"rows\": [" + row + "]}" : row);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains("\"chance\"").doesNotContain(FIRST, LAST);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"addressee\": 4111111111111111",
                "\"addressee\": \"4111111111111111\"",
                "\"addressee\": [\"Jonathan Zweistein\"]",
                "\"addressee\": {\"Jonathan\": \"Zweistein\"}",
                "\"person\": \"Jonathan Zweistein\"",
                "\"person\": \"4111111111111111-1-1-1-1\"",
                "\"person\": \"1-1-1-1-Zweistein\"",
                "\"card\": 4111111111111111",
                "\"card\": 4111111111111111.5",
                "\"card\": 4111111111111111e999",
                "\"card\": \"4111111111111111\"",
                "\"remark\": \"Jonathan Zweistein\"",
                "\"remark\": {\"Jonathan\": [4111111111111111]}"
            })
    void aPersonalOrUnknownFieldsValueIsNotShown(String field) throws Exception {
        String row = "{" + VALID + ", " + field + "}";
        assertRefusedInSilence(send("POST", "/score", row));
        assertRefusedInSilence(send("POST", "/v1/models/late/predict", row));
        HttpResponse<String> batch = send("POST", "/v1/models/late/predict:batch", "{\"rows\": [" + row + "]}");
        assertThat(batch.body()).contains("invalid-values").doesNotContain(CARD, FIRST, LAST);
        assertRefusedInSilence(send("POST", "/v1/models/late/predict:batch", "{\"rows\": [], " + field + "}"));
        assertRefusedInSilence(send("POST", "/v1/labels", "{\"event_id\": null, \"value\": 1, " + field + "}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"addressee\": Jonathan Zweistein}",
                "{\"addressee\": 'Jonathan Zweistein'}",
                "{\"addressee\": \"Jonathan\" Zweistein}",
                "{\"addressee\": \"Jonathan Zweistein",
                "{\"addressee\": \"Jonathan\\Zweistein\"}",
                "{\"addressee\": 4111111111111111x}",
                "{\"addressee\": 04111111111111111}",
                "{\"addressee\": -Zweistein}",
                "{\"Jonathan Zweistein\": 1, \"Jonathan Zweistein\": 2}",
                "{Jonathan: 1}",
                "{} Zweistein",
                "\"Jonathan Zweistein\"",
                "[\"Jonathan Zweistein\"]",
                "4111111111111111",
                "Zweistein"
            })
    void nothingOfAnUnreadableBodyIsShown(String body) throws Exception {
        for (String path : List.of(
                "/score",
                "/v1/models/late/predict",
                "/v1/models/late/predict:batch",
                "/v2/models/late/infer",
                "/v1/labels")) {
            assertRefusedInSilence(send("POST", path, body));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "card BYTES 4111111111111111",
                "card INT64 4111111111111111",
                "card INT64 Jonathan",
                "person BYTES Zweistein",
                "addressee BYTES 4111111111111111"
            })
    void anElementOfATensorIsNotShown(String tensor) throws Exception {
        String[] words = tensor.split(" ");
        Object element = words[2].equals(CARD) && words[1].equals("INT64") ? Long.valueOf(CARD) : words[2];
        assertRefusedInSilence(send(
                "POST",
                "/v2/models/late/infer",
                JSON.writeValueAsString(Map.of(
                        "inputs",
                        List.of(Map.of(
                                "name",
                                words[0],
                                "datatype",
                                words[1],
                                "shape",
                                List.of(1),
                                "data",
                                List.of(element)))))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "addressee=4111111111111111",
                "card=4111111111111111",
                "card=Jonathan+Zweistein",
                "person=Jonathan+Zweistein",
                "person=4111111111111111-1-1-1-1",
                "remark=Jonathan+Zweistein",
                "=4111111111111111",
                "addressee=Zweistein&=",
                "model=Zweistein"
            })
    void aPersonalParameterIsNotShown(String parameter) throws Exception {
        assertRefusedInSilence(send("GET", "/v1/features/parcels?sender=ann1&depot=2&" + parameter, ""));
    }

    /** They are no fields of persons: their sender learns what was wrong, but nobody else reads it. */
    @Test
    void whatIsShownToItsSenderIsNeitherLoggedNorMeasured() throws Exception {
        String name = URLEncoder.encode(FIRST + " " + LAST, StandardCharsets.UTF_8);
        for (String body : List.of(
                "{" + VALID + ", \"" + LAST + "\": 1}",
                "{\"sender\": \"" + FIRST + "\", \"depot\": \"" + CARD + "\", \"price\": \"" + LAST + "\"}",
                "{\"event_id\": \"" + LAST + "\", \"value\": \"" + CARD + "\", \"known_at\": \"" + FIRST + "\"}",
                "{\"inputs\": [{\"name\": \"" + LAST + "\"}]}",
                "{\"inputs\": [{\"name\": \"depot\", \"datatype\": \"" + LAST + "\"}]}")) {
            for (String path : List.of(
                    "/score?explain=" + CARD,
                    "/score",
                    "/v1/models/late/predict:batch",
                    "/v2/models/late/infer",
                    "/v1/labels",
                    "/v1/models/" + LAST + "/predict",
                    "/" + CARD)) {
                assertThat(send("POST", path, body).statusCode()).as(path).isBetween(400, 499);
            }
        }
        for (String path : List.of(
                "/v1/features/" + LAST,
                "/v1/features/parcels?sender=ann1&depot=" + CARD + "&at=" + name,
                "/v1/models/" + CARD + "/drift",
                "/v2/models/" + LAST,
                "/nowhere?name=" + name)) {
            assertThat(send("GET", path, "").statusCode()).as(path).isBetween(400, 499);
        }
    }
}

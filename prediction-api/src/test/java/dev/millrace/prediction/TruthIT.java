package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.TopicDecoder;
import dev.millrace.schema.event.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** What turned out to be true: posted, and held against what was answered. The last test takes the database away. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TruthIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TopicDecoder DECODER = new TopicDecoder(Parcels.ENGINE.useCase());
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Instant TIME = Instant.now().minus(Duration.ofDays(3)).truncatedTo(ChronoUnit.MILLIS);

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static ConfigurableApplicationContext service;
    private static Connection database;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.KAFKA, Server.POSTGRES, Server.REDIS);
        TestTopics.create(stack.kafka().bootstrapServers(), Topics.LABELS);
        database = DriverManager.getConnection(
                stack.postgres().url(),
                stack.postgres().user(),
                stack.postgres().password());
        TestTables.create(database);
        TestCache.keep(folder.resolve("models"), Parcels.MODEL, "3", TestPackages.of(Parcels.MODEL, 1));
        service = new SpringApplicationBuilder(PredictionApi.class)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                        "--MILLRACE_USE_CASE=parcels",
                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                        "--REDIS_URL=" + stack.redis().url(),
                        "--KAFKA_BOOTSTRAP_SERVERS=" + stack.kafka().bootstrapServers(),
                        "--POSTGRES_URL=" + stack.postgres().url(),
                        "--POSTGRES_USER=" + stack.postgres().user(),
                        "--POSTGRES_PASSWORD=" + stack.postgres().password(),
                        "--MILLRACE_ACCURACY_EVERY=300ms",
                        "--MILLRACE_MODEL_CACHE=" + folder.resolve("models"));
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
        database.close();
        stack.close();
    }

    private static String parcel(Instant time, Integer late) throws Exception {
        String id = UUID.randomUUID().toString();
        insertParcel(id, time, late);
        return id;
    }

    private static void insertParcel(String id, Instant time, Integer late) throws Exception {
        try (PreparedStatement insert = database.prepareStatement("insert into parcel values"
                + " (?::uuid, ?, 'ann1', 4, 12.30, null, null, null, ?, 't', 0, 1, now(), 0)")) {
            insert.setString(1, id);
            insert.setObject(2, at(time));
            insert.setObject(3, late);
            insert.executeUpdate();
        }
    }

    private static void label(String id, Instant time, double value, int revision) throws Exception {
        try (PreparedStatement insert = database.prepareStatement(
                "insert into labels values" + " ('parcel', ?, ?, 'ann1', '{}', ?, now(), ?, 't', 0, 1, now(), 0)")) {
            insert.setString(1, id);
            insert.setObject(2, at(time));
            insert.setDouble(3, value);
            insert.setInt(4, revision);
            insert.executeUpdate();
        }
    }

    private static OffsetDateTime at(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port") + path);
    }

    private static HttpResponse<String> send(String method, String path, String body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static JsonNode accepted(String body) throws Exception {
        HttpResponse<String> answer = send("POST", "/v1/labels", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body());
    }

    private static List<Label> labels(String id) {
        List<Label> labels = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records()) {
            Label label = DECODER.label(record.value());
            assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo(label.getKey());
            labels.add(label);
        }
        labels.removeIf(label -> !label.getEventId().equals(id));
        return labels;
    }

    private static List<ConsumerRecord<byte[], byte[]>> records() {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        TopicPartition partition = new TopicPartition(Topics.LABELS, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
        }
        return records;
    }

    @Test
    @Order(1)
    void aTruthLiesInKafkaWithWhatItsEventSays() throws Exception {
        String id = parcel(TIME, null);
        JsonNode answer = accepted(
                "{\"event_id\": \"%s\", \"value\": 1, \"known_at\": \"2026-03-01T12:00:00+02:00\"}".formatted(id));
        assertThat(answer.path("revision").intValue()).isZero();
        assertThat(labels(id)).singleElement().satisfies(label -> {
            assertThat(label.getEventType()).isEqualTo("parcel");
            assertThat(label.getEventTime()).isEqualTo(TIME);
            assertThat(label.getKey()).isEqualTo("ann1");
            assertThat(label.getEntities()).containsExactlyEntriesOf(Map.of("depot", "4"));
            assertThat(label.getValue()).isEqualTo(1);
            assertThat(label.getKnownAt()).isEqualTo("2026-03-01T10:00:00Z");
            assertThat(label.getRevision()).isZero();
        });
    }

    @Test
    @Order(2)
    void aTruthIsSentOnWithTheIdAndTheTraceOfItsRequest() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        String id = parcel(TIME, null);
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(uri("/v1/labels"))
                        .header("Content-Type", "application/json")
                        .header("X-Request-ID", "truth-7")
                        .header("traceparent", "00-" + trace + "-b7ad6b7169203331-01")
                        .POST(BodyPublishers.ofString("{\"event_id\": \"%s\", \"value\": 1}".formatted(id)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.headers().firstValue("X-Request-ID")).contains("truth-7");
        assertThat(records())
                .filteredOn(record -> isOf(record, id))
                .singleElement()
                .satisfies(record -> {
                    assertThat(header(record, Headers.REQUEST_ID)).isEqualTo("truth-7");
                    assertThat(header(record, Headers.TRACE_PARENT)).startsWith("00-" + trace + "-");
                });
    }

    private static boolean isOf(ConsumerRecord<byte[], byte[]> record, String id) {
        return DECODER.label(record.value()).getEventId().equals(id);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    @Order(2)
    void theNewestTruthCounts() throws Exception {
        String id = parcel(TIME, null);
        String body = "{\"event_id\": \"%s\", \"value\": %d}";
        accepted(body.formatted(id, 1));
        // The stream has not written the first yet.
        accepted(body.formatted(id, 0));
        label(id, TIME, 1, 7);
        accepted(body.formatted(id, 1));
        accepted("{\"event_id\": \"%s\", \"value\": 0, \"revision\": 20, \"event_type\": \"parcel\"}".formatted(id));
        accepted(body.formatted(id, 1));
        assertThat(labels(id)).extracting(Label::getRevision).containsExactly(0, 1, 8, 20, 21);
    }

    @Test
    @Order(2)
    void noTruthFollowsTheGreatestRevision() throws Exception {
        String id = parcel(TIME, null);
        accepted("{\"event_id\": \"%s\", \"value\": 0, \"revision\": 1000000000}".formatted(id));
        assertNothingFollows(id);
        assertNothingFollows(id);
        String ofBefore = parcel(TIME, null);
        label(ofBefore, TIME, 1, Integer.MAX_VALUE);
        assertNothingFollows(ofBefore);
        assertThat(labels(id)).extracting(Label::getRevision).containsExactly(1_000_000_000);
        assertThat(labels(ofBefore)).isEmpty();
    }

    private static void assertNothingFollows(String id) throws Exception {
        HttpResponse<String> answer = send("POST", "/v1/labels", "{\"event_id\": \"%s\", \"value\": 1}".formatted(id));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
        assertThat(JSON.readTree(answer.body()).path("code").textValue()).isEqualTo("last-revision");
    }

    @ParameterizedTest
    @Order(3)
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{`| 400 | expected a JSON object, but it cannot be read",
                "[] | 400 | expected a JSON object",
                "{\"value\": 1} | 422 | 'event_id' is missing",
                "{\"event_id\": \"7\", \"value\": 1} | 422 | 'event_id' is the parcel_id of its event: ",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\"} | 422 | 'value' is missing",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": \"x\"} | 422 | 'value': expected a number, found \"x\"",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": null} | 422 | 'value' is missing",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": 7} | 422 | 'value' is the late of its event: 'late': expected a number of at most 1, found 7",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": -1} | 422 | 'value' is the late of its event: 'late': expected a number of at least 0, found -1",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": 0.5} | 422 | 'value' is the late of its event: 'late': expected a whole number, found 0.5",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": 1e999} | 422 | 'value': expected a number, found ",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": 1, \"event_type\": \"box\"} | 422 | 'event_type': expected an event type that is labelled, one of [parcel], found \"box\"",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": 1, \"revision\": -1} | 422 | 'revision': expected a whole number from 0 to 1000000000, found -1",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": 1, \"revision\": 2147483647} | 422 | 'revision': expected a whole number from 0 to 1000000000, found 2147483647",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": 1, \"known_at\": \"soon\"} | 422 | 'known_at': expected a time such as 2026-01-31T12:00:00Z, of the years 1970 to 9999, found \"soon\"",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": 1, \"why\": 2} | 422 | 'why' is no field of a label",
                "{\"event_id\": \"89c7ba8f-53be-4a8c-8b5a-000000000001\", \"value\": 1} | 404 | expected the id of an event of 'parcel' that the stream has written, but came '89c7ba8f-53be-4a8c-8b5a-000000000001'"
            })
    void whatIsWrongIsSaid(String body, int status, String detail) throws Exception {
        HttpResponse<String> answer = send("POST", "/v1/labels", body.replace("`", ""));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("detail").textValue()).startsWith(detail);
        assertThat(problem.path("code").textValue())
                .isEqualTo(status == 400 ? "malformed-body" : status == 404 ? "unknown-event" : "invalid-values");
    }

    @Test
    @Order(4)
    void anIdOfSeveralEventsIsRefused() throws Exception {
        String id = parcel(TIME, null);
        insertParcel(id, TIME.plusMillis(1), null);
        HttpResponse<String> answer = send("POST", "/v1/labels", "{\"event_id\": \"%s\", \"value\": 1}".formatted(id));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("'event_id': expected an id of one event, but events of different times");
    }

    private record Scored(double score, boolean positive) {}

    @Test
    @Order(5)
    void accuracyIsThatOfAllPairsOfAnswersWhoseTruthIsKnown() throws Exception {
        Random random = new Random(5);
        List<Scored> champion = new ArrayList<>();
        List<Scored> shadow = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            boolean known = i % 5 > 0;
            Instant time = known ? TIME.plusSeconds(i) : Instant.now().minusSeconds(3600);
            Integer flag = i % 3 == 0 ? random.nextInt(2) : null;
            String id = parcel(time, flag);
            boolean positive = flag != null && flag == 1;
            if (i % 4 == 0) {
                positive = random.nextBoolean();
                label(id, time, positive ? 0 : 1, 0);
                label(id, time, positive ? 1 : 0, 2);
            }
            double score = random.nextInt(12) / 12.0;
            double other = random.nextInt(30) / 30.0 + (positive ? 0.2 : 0);
            // Asked twice: the last answer counts.
            answer(id, time, "v3", 1 - score, 0.5, Instant.now().minusSeconds(60));
            answer(id, time, "v3", score, other, Instant.now());
            if (known) {
                champion.add(new Scored(score, positive));
                shadow.add(new Scored(other, positive));
            }
        }
        answer(UUID.randomUUID().toString(), TIME, "v3", 0.9, 0.9, Instant.now());
        answer(null, TIME, "v3", 0.9, 0.9, Instant.now());
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(gauge("accuracy", "v3")).isCloseTo(auc(champion), within(1e-12));
            assertThat(gauge("accuracy", "v4")).isCloseTo(auc(shadow), within(1e-12));
            assertThat(gauge("average_precision", "v3")).isCloseTo(averagePrecision(champion), within(1e-12));
            assertThat(gauge("average_precision", "v4")).isCloseTo(averagePrecision(shadow), within(1e-12));
        });
    }

    private static void answer(String id, Instant time, String version, double score, double other, Instant answered)
            throws Exception {
        try (PreparedStatement insert = database.prepareStatement("""
                insert into predictions (request_id, event_id, model, model_version, alias, score, decision, vector,
                  definitions_digest, model_digest, event_key, asked_for, answered_at, complete, reasons, replaced,
                  entities, offsets, others, topic_id, kafka_partition, kafka_offset)
                values ('r', ?, 'late', ?, 'champion', ?, true, '{}', '', '', 'ann1', ?, ?, true, '[]', '[]', '{}',
                  '{}', ?::jsonb, 't', 0, (select count(*) from predictions))
                """)) {
            insert.setString(1, id);
            insert.setString(2, version);
            insert.setDouble(3, score);
            insert.setObject(4, at(time));
            insert.setObject(5, at(answered));
            insert.setString(
                    6,
                    "[{\"alias\": \"shadow\", \"model_version\": \"v4\", \"score\": %s, \"decision\": false}]"
                            .formatted(other));
            insert.executeUpdate();
        }
    }

    private static double gauge(String figure, String version) throws Exception {
        Matcher found = Pattern.compile(
                        "model_%s\\{model=\"late\",model_version=\"%s\"} (\\S+)".formatted(figure, version))
                .matcher(send("GET", "/metrics", "").body());
        return found.find() ? Double.parseDouble(found.group(1)) : Double.NaN;
    }

    /** By its definition: of each positive row, how many of those that score as high or higher are positive. */
    private static double averagePrecision(List<Scored> rows) {
        List<Scored> positives = rows.stream().filter(Scored::positive).toList();
        return positives.stream()
                .mapToDouble(row -> {
                    double hits = positives.stream()
                            .filter(other -> other.score() >= row.score())
                            .count();
                    return hits
                            / rows.stream()
                                    .filter(other -> other.score() >= row.score())
                                    .count();
                })
                .average()
                .orElseThrow();
    }

    /** By its definition. */
    private static double auc(List<Scored> rows) {
        double won = 0;
        double pairs = 0;
        for (Scored positive : rows) {
            for (Scored negative : rows) {
                if (positive.positive() && !negative.positive()) {
                    pairs++;
                    won += positive.score() > negative.score() ? 1 : positive.score() == negative.score() ? 0.5 : 0;
                }
            }
        }
        return won / pairs;
    }

    @Test
    @Order(6)
    void withoutTheDatabaseNoTruthIsTakenAndTheGaugeStays() throws Exception {
        double before = gauge("accuracy", "v3");
        assertThat(send("GET", "/health", "").body()).doesNotContain("database");
        assertThat(send("GET", "/metrics", "").body()).contains("db_pool_connections{state=\"active\"}");
        stack.stop(Server.POSTGRES);
        HttpResponse<String> answer =
                send("POST", "/v1/labels", "{\"event_id\": \"%s\", \"value\": 1}".formatted(UUID.randomUUID()));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(JSON.readTree(answer.body()).path("code").textValue()).isEqualTo("history-unavailable");
        assertThat(gauge("accuracy", "v3")).isEqualTo(before);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(send("GET", "/health", "").body()).contains("\"degraded\"", "database-unavailable"));
    }

    /** They wait two seconds each for a connection: without a limit of their own they would have all threads. */
    @Test
    @Order(7)
    void whoeverWaitsForTheDatabaseLeavesThreadsToOthers() throws Exception {
        HttpRequest label = HttpRequest.newBuilder(uri("/v1/labels"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"event_id\": \"%s\", \"value\": 1}".formatted(UUID.randomUUID())))
                .build();
        List<CompletableFuture<HttpResponse<String>>> waiting = Stream.generate(
                        () -> HTTP.sendAsync(label, BodyHandlers.ofString()))
                .limit(300)
                .toList();
        // The first is refused while 50 others wait.
        CompletableFuture.anyOf(waiting.toArray(CompletableFuture[]::new)).get();
        HttpResponse<String> answer = send("POST", "/score", "{\"sender\": \"ann1\", \"depot\": 1, \"price\": 5}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(waiting).as("some still wait").anyMatch(one -> !one.isDone());
        Set<String> codes = new TreeSet<>();
        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            assertThat(one.get().statusCode()).isEqualTo(503);
            codes.add(JSON.readTree(one.get().body()).path("code").textValue());
        }
        assertThat(codes).containsExactly("history-unavailable", "overloaded");
        assertThat(send("GET", "/metrics", "").body())
                .containsPattern("requests_turned_away_total\\{kind=\"database\"} [1-9]");
    }
}

package dev.millrace.ingestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingestion.event.EventAcceptor;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.avro.DeadLetter;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.event.RecordCodec;
import dev.millrace.schema.event.TopicDecoder;
import dev.millrace.schema.event.Topics;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.util.ByteArrayReadableSeekableByteChannel;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The service over real HTTP, Kafka and S3. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class IngestionServiceIT {
    private static final String KEY = "a secret for tests only";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final UseCase USE_CASE = UseCaseLoader.load(Path.of("src/test/resources/use-cases"), "orders");

    private static LocalStack stack;
    private static ServletWebServerApplicationContext service;

    @BeforeAll
    static void start() {
        stack = LocalStack.own(Server.KAFKA, Server.S3);
        System.setProperty("aws.accessKeyId", stack.s3().accessKey());
        System.setProperty("aws.secretAccessKey", stack.s3().secretKey());
        service = (ServletWebServerApplicationContext) new SpringApplicationBuilder(IngestionService.class)
                .run(
                        "--server.port=0",
                        "--millrace.use-cases=src/test/resources/use-cases",
                        "--millrace.use-case=orders",
                        "--millrace.masking-key=" + KEY,
                        "--millrace.s3-endpoint=" + stack.s3().endpoint(),
                        "--millrace.s3-region=" + stack.s3().region(),
                        "--millrace.landing-wait-millis=200",
                        "--spring.kafka.bootstrap-servers=" + stack.kafka().bootstrapServers());
    }

    @AfterAll
    static void stop() {
        service.close();
        stack.close();
    }

    private static String order(String id, String rest) {
        return "{\"id\": \"" + id + "\", \"buyer\": 7, \"shop\": \"s\", \"price\": 1.5, \"at\": \"" + Instant.now()
                + "\"" + rest + "}";
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    private static HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + service.getWebServer().getPort() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        request.setHeader("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String get(String path) throws Exception {
        return HTTP.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + service.getWebServer().getPort() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static List<ConsumerRecord<byte[], byte[]>> all(String topic) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(500)).forEach(found::add);
            }
        }
        return found;
    }

    private static ConsumerRecord<byte[], byte[]> orderOnTopic(String id) {
        TopicDecoder decoder = new TopicDecoder(USE_CASE);
        return all("orders-topic").stream()
                .filter(record -> record.value() != null
                        && decoder.event(record.value()).fields().get("id").equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no event " + id));
    }

    @Test
    void anAcceptedEventLiesMaskedUnderItsKeyOnItsTopicAndOnS3() throws Exception {
        String id = id();
        HttpResponse<String> answer =
                post("/v1/events/orders", order(id, ", \"card\": \"4711\", \"email\": \"a@b.c\""));
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("{\"accepted\":1,\"refused\":0,\"results\":[]}");
        ConsumerRecord<byte[], byte[]> record = orderOnTopic(id);
        assertThat(new String(record.key())).isEqualTo("7");
        assertThat(Headers.millis(
                        record.headers().lastHeader(Headers.ARRIVAL_TIME).value(), 0))
                .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
        assertThat(record.headers().lastHeader(Headers.ARRIVAL_STATED)).isNull();
        var fields = new TopicDecoder(USE_CASE).event(record.value()).fields();
        assertThat(fields.get("card").toString()).matches("[0-9a-f]{32}");
        assertThat(fields.get("email")).isNull();
        assertThat(fields.get("price")).isEqualTo(new BigDecimal("1.50"));
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(landed()).contains(id));
    }

    @Test
    void aRecordWithoutAValueOrAnArrivalTimeHoldsUpNoLanding() throws Exception {
        String id = id();
        EventType type = USE_CASE.event("orders");
        byte[] event = new RecordCodec(type.schema()).encode(new EventJson(type).read(JSON.readTree(order(id, ""))));
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            producer.send(new ProducerRecord<>(type.topic(), 0, new byte[] {7}, null));
            ProducerRecord<byte[], byte[]> timeless = new ProducerRecord<>(type.topic(), 0, new byte[] {7}, event);
            timeless.headers().add(Headers.ARRIVAL_TIME, null);
            producer.send(timeless);
        }
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(landed()).contains(id));
    }

    private static KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.kafka().bootstrapServers(),
                        "compression.type",
                        "gzip",
                        "max.request.size",
                        4 << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @Test
    void whatIsSentCanBeFollowedFromItsRequest() throws Exception {
        String id = id();
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        HttpResponse<String> answer = post(
                "/v1/events/orders",
                order(id, ""),
                "X-Request-ID",
                "mine-1",
                "traceparent",
                "00-" + trace + "-00f067aa0ba902b7-01");
        assertThat(answer.headers().firstValue("X-Request-ID")).hasValue("mine-1");
        ConsumerRecord<byte[], byte[]> record = orderOnTopic(id);
        assertThat(text(record, Headers.REQUEST_ID)).isEqualTo("mine-1");
        assertThat(text(record, Headers.TRACE_PARENT)).matches("00-" + trace + "-[0-9a-f]{16}-01");
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String header) {
        return new String(record.headers().lastHeader(header).value());
    }

    private static Set<String> landed() throws Exception {
        Set<String> ids = new HashSet<>();
        try (S3Client s3 = S3Client.builder()
                        .endpointOverride(URI.create(stack.s3().endpoint()))
                        .region(Region.of(stack.s3().region()))
                        .forcePathStyle(true)
                        .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                                stack.s3().accessKey(), stack.s3().secretKey())))
                        .build();
                RootAllocator allocator = new RootAllocator()) {
            for (S3Object file : s3.listObjectsV2(
                            request -> request.bucket("raw").prefix("orders/"))
                    .contents()) {
                assertThat(file.key()).matches("orders/partition=\\d/\\d{20}\\.arrow");
                byte[] bytes = s3.getObjectAsBytes(
                                request -> request.bucket("raw").key(file.key()))
                        .asByteArray();
                try (ArrowFileReader reader =
                        new ArrowFileReader(new ByteArrayReadableSeekableByteChannel(bytes), allocator)) {
                    VectorSchemaRoot root = reader.getVectorSchemaRoot();
                    while (reader.loadNextBatch()) {
                        for (int row = 0; row < root.getRowCount(); row++) {
                            ids.add(root.getVector("id").getObject(row).toString());
                            assertThat(root.getVector("_offset").getObject(row)).isNotNull();
                            assertThat(String.valueOf(root.getVector("card").getObject(row)))
                                    .isNotEqualTo("4711");
                        }
                    }
                }
            }
        }
        return ids;
    }

    @Test
    void ofABatchTheBadEventsDoNotFailTheGood() throws Exception {
        String good = id();
        HttpResponse<String> answer = post(
                "/v1/events/orders", "[" + order(good, "") + ", {\"id\": 3}, " + order(id(), ", \"colour\": 1") + "]");
        assertThat(answer.statusCode()).isEqualTo(202);
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("accepted").intValue()).isEqualTo(1);
        assertThat(body.path("refused").intValue()).isEqualTo(2);
        assertThat(body.path("results").findValuesAsText("index"))
                .contains("1", "2")
                .doesNotContain("0");
        assertThat(body.path("results").findValuesAsText("code"))
                .contains("wrong-type", "missing-field", "unknown-field");
        orderOnTopic(good);
    }

    @Test
    void ofABatchNumbersThatNothingCanHoldDoNotFailTheGood() throws Exception {
        String good = id();
        String large = order(id(), ", \"weight\": 1e999").replace("1.5", "1e2147483647");
        String larger = order(id(), "").replace("\"buyer\": 7", "\"buyer\": 100e2147483647");
        HttpResponse<String> answer =
                post("/v1/events/orders", "[" + large + ", " + order(good, "") + ", " + larger + "]");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        List<String> refused = new ArrayList<>();
        JSON.readTree(answer.body())
                .path("results")
                .forEach(each -> refused.add(each.path("index") + " "
                        + each.path("field").asText() + " " + each.path("code").asText()));
        assertThat(refused)
                .containsExactlyInAnyOrder("0 price out-of-range", "0 weight out-of-range", "2 buyer wrong-type");
        orderOnTopic(good);
    }

    @Test
    void namesWhatIsWrongWithARequest() throws Exception {
        assertProblem(post("/v1/events/orders", "{"), 400, "malformed-body", null);
        assertProblem(post("/v1/events/orders", ""), 400, "malformed-body", null);
        assertProblem(post("/v1/events/orders", "[]"), 400, "batch-size", null);
        assertProblem(post("/v1/events/orders", "[".repeat(40) + "]".repeat(40)), 400, "malformed-body", null);
        assertProblem(post("/v1/events/orders", "{\"id\": 1, \"id\": 2}"), 400, "malformed-body", null);
        assertProblem(post("/v1/events/orders", "{\"id\": 1e2147483649}"), 400, "malformed-body", null);
        assertProblem(post("/v1/events/nothing", "{}"), 404, "unknown-event-type", "type");
        assertProblem(post("/v1/events/orders", "[" + "1,".repeat(1 << 20) + "1]"), 413, "too-large", null);
        assertProblem(post("/v1/events/orders", order(id(), ", \"weight\": \"x\"")), 400, "wrong-type", "weight");
        String longShop = order(id(), "").replace("\"s\"", "\"" + "s".repeat(1_001) + "\"");
        assertProblem(post("/v1/events/orders", longShop), 400, "out-of-range", "shop");
        String early = order(id(), "").replaceFirst("\"at\": \"[^\"]*\"", "\"at\": \"2999-01-01T00:00:00Z\"");
        assertProblem(post("/v1/events/orders", early), 400, "too-early", "at");
        assertProblem(
                post("/v1/events/orders", order(id(), ""), "Arrival-Lag", "soon"),
                400,
                "bad-arrival-lag",
                "Arrival-Lag");
    }

    @Test
    void whereABodyEndsIsSaidInWordsOfItsSender() throws Exception {
        HttpResponse<String> cut = post("/v1/events/orders", "{\"id\": [1, 2]");
        assertThat(JSON.readTree(cut.body()).path("detail").textValue())
                .isEqualTo("Expected JSON: Unexpected end-of-input: expected close marker for Object (start marker at"
                        + " line 1, column 1) at line 1, column 14");
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code, String field)
            throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("code").asText()).isEqualTo(code);
        if (field != null) {
            assertThat(problem.path("field").asText()).isEqualTo(field);
        }
    }

    @Test
    void aReplayStatesWhenItsEventsArrived() throws Exception {
        String id = id();
        String old = order(id, "").replaceFirst("\"at\": \"[^\"]*\"", "\"at\": \"2018-04-01T00:00:31Z\"");
        assertThat(post("/v1/events/orders", old, "Arrival-Lag", "PT3H").statusCode())
                .isEqualTo(202);
        ConsumerRecord<byte[], byte[]> record = orderOnTopic(id);
        assertThat(Instant.ofEpochMilli(Headers.millis(
                        record.headers().lastHeader(Headers.ARRIVAL_TIME).value(), 0)))
                .isEqualTo("2018-04-01T03:00:31Z");
        assertThat(record.headers().lastHeader(Headers.ARRIVAL_STATED)).isNotNull();
    }

    @Test
    void labelsCarryTheirEvent() throws Exception {
        String label =
                "{\"event_type\": \"orders\", \"event_id\": \"X\", \"timestamp\": \"2026-01-01T00:00:00Z\", \"key\": \"7\","
                        + " \"entities\": {\"shop\": \"s\", \"buyer\": 7}, \"value\": 1, \"revision\": 2}";
        assertThat(post("/v1/events/labels", label, "Arrival-Lag", "PT1H").statusCode())
                .isEqualTo(202);
        TopicDecoder decoder = new TopicDecoder(USE_CASE);
        ConsumerRecord<byte[], byte[]> record = all(Topics.LABELS).stream()
                .filter(each -> decoder.label(each.value()).getEventId().equals("x"))
                .findFirst()
                .orElseThrow();
        Label written = Label.getDecoder().decode(record.value());
        assertThat(written.getKnownAt()).isEqualTo("2026-01-01T01:00:00Z");
        assertThat(written.getEntities()).isEqualTo(Map.of("shop", "s", "buyer", "7"));
        assertThat(written.getRevision()).isEqualTo(2);
        assertProblem(
                post("/v1/events/labels", label.replace("\"shop\": \"s\", ", "")),
                400,
                "missing-field",
                "entities.shop");
        assertProblem(
                post("/v1/events/labels", label.replace("orders", "others")), 400, "unknown-event-type", "event_type");
        assertProblem(
                post("/v1/events/labels", label.replace("\"value\": 1", "\"value\": \"x\"")),
                400,
                "wrong-type",
                "value");
        HttpResponse<String> impossible = post("/v1/events/labels", label.replace("\"value\": 1", "\"value\": 77"));
        assertProblem(impossible, 400, "out-of-range", "value");
        assertThat(JSON.readTree(impossible.body()).path("detail").textValue())
                .isEqualTo(
                        "'value' is the returned of its event: 'returned': expected a number of at most 1, found 77");
        assertProblem(post("/v1/events/labels", label.replace(": 2}", ": -1}")), 400, "out-of-range", "revision");
        assertProblem(
                post("/v1/events/labels", label.replace(": 2}", ": 2147483647}")), 400, "out-of-range", "revision");
        assertProblem(post("/v1/events/labels", label.replace("2026-01-01T", "x")), 400, "bad-timestamp", "timestamp");
        assertProblem(post("/v1/events/labels", label.replace("\"key\"", "\"keys\"")), 400, "unknown-field", "keys");
        assertProblem(post("/v1/events/labels", "[1]"), 400, "wrong-type", "");
    }

    @Test
    void aLabelOfAPersonMeetsItsEventAndNamesNobody() throws Exception {
        String visit =
                "{\"id\": \"v\", \"visitor\": \"ann@example.org\", \"shop\": 7, \"at\": \"" + Instant.now() + "\"}";
        assertThat(post("/v1/events/visits", visit).statusCode()).isEqualTo(202);
        String label = "{\"event_type\": \"visits\", \"event_id\": \"v\", \"timestamp\": \"2026-01-01T00:00:00Z\","
                + " \"key\": \"ann@example.org\", \"entities\": {\"visitor\": \"ann@example.org\", \"shop\": 7.0},"
                + " \"value\": 1}";
        assertThat(post("/v1/events/labels", label).statusCode()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> event = all("visits").getFirst();
        Label written = null;
        ConsumerRecord<byte[], byte[]> record = null;
        for (ConsumerRecord<byte[], byte[]> each : all(Topics.LABELS)) {
            Label one = Label.getDecoder().decode(each.value());
            if (one.getEventType().equals("visits")) {
                written = one;
                record = each;
            }
        }
        assertThat(written).isNotNull();
        String hashed = new String(event.key());
        assertThat(hashed).matches("[0-9a-f]{32}");
        assertThat(new String(record.key())).isEqualTo(hashed);
        assertThat(written.getEntities()).isEqualTo(Map.of("visitor", hashed, "shop", "7"));
        HttpResponse<String> refused = post("/v1/events/labels", label.replace("7.0", "\"seven\""));
        assertProblem(refused, 400, "wrong-type", "entities.shop");
        assertThat(refused.body()).contains("in 'entities': 'shop': expected a number");
    }

    @Test
    void overKafkaComesTheEnvelopeOrABareEvent() throws Exception {
        String bare = id();
        String wrapped = id();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            ProducerRecord<byte[], byte[]> first =
                    new ProducerRecord<>(Topics.RAW_EVENTS, order(bare, "").getBytes());
            first.headers().add(Headers.EVENT_TYPE, "orders".getBytes());
            first.headers().add(Headers.REQUEST_ID, "not an id".getBytes());
            first.headers()
                    .add(Headers.TRACE_PARENT, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".getBytes());
            producer.send(first);
            producer.send(new ProducerRecord<>(
                    Topics.RAW_EVENTS,
                    ("{\"metadata\": {\"event_id\": \"" + wrapped + "\", \"timestamp\": \"" + Instant.now()
                                    + "\"}, \"payload\": {\"event_type\": \"orders\", \"properties\": {\"buyer\": 1, \"shop\": \"s\", \"price\": 2}}}")
                            .getBytes()));
            producer.send(new ProducerRecord<>(Topics.RAW_EVENTS, "no json with 4711".getBytes()));
            producer.send(new ProducerRecord<>(Topics.RAW_EVENTS, "{\"payload\": 1e2147483649}".getBytes()));
            producer.send(new ProducerRecord<>(Topics.RAW_EVENTS, "{\"payload\": {}}".getBytes()));
            ProducerRecord<byte[], byte[]> large = new ProducerRecord<>(
                    Topics.RAW_EVENTS,
                    new byte[100_000],
                    "large!".repeat(250_000).getBytes());
            large.headers().add("large", new byte[100_000]);
            producer.send(large);
            ProducerRecord<byte[], byte[]> impossible = new ProducerRecord<>(
                    Topics.RAW_EVENTS,
                    ("{\"event_type\": \"orders\", \"event_id\": \"x\", \"timestamp\": \"2026-01-01T00:00:00Z\","
                                    + " \"key\": \"7\", \"entities\": {\"shop\": \"s\", \"buyer\": 7}, \"value\": -1}")
                            .getBytes());
            impossible.headers().add(Headers.EVENT_TYPE, Topics.LABELS.getBytes());
            producer.send(impossible);
            ProducerRecord<byte[], byte[]> unknown = new ProducerRecord<>(Topics.RAW_EVENTS, "{}".getBytes());
            unknown.headers().add(Headers.EVENT_TYPE, "others".getBytes());
            producer.send(unknown);
        }
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            orderOnTopic(bare);
            orderOnTopic(wrapped);
            assertThat(all(Topics.DEAD_LETTERS)).hasSize(6);
        });
        assertThat(orderOnTopic(bare).headers().lastHeader(Headers.REQUEST_ID)).isNull();
        assertThat(text(orderOnTopic(bare), Headers.TRACE_PARENT))
                .isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        List<DeadLetter> letters = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : all(Topics.DEAD_LETTERS)) {
            letters.add(DeadLetter.getDecoder().decode(record.value()));
        }
        assertThat(letters)
                .extracting(DeadLetter::getReason)
                .containsExactlyInAnyOrder(
                        "malformed-body",
                        "malformed-body",
                        "malformed-body",
                        "no-event-type",
                        "out-of-range",
                        "unknown-event-type");
        PersonalData personal = new PersonalData(KEY);
        List<String> broken = new ArrayList<>();
        for (DeadLetter letter : letters) {
            if (letter.getReason().equals("malformed-body")) {
                assertThat(letter.getEncrypted()).isTrue();
                byte[] sealed = new byte[letter.getOriginal().remaining()];
                letter.getOriginal().get(sealed);
                assertThat(new String(sealed)).doesNotContain("4711");
                String original = new String(personal.decrypt(sealed));
                broken.add(original.substring(0, Math.min(original.length(), 40)));
                if (original.startsWith("large!")) {
                    assertThat(original).hasSize(900_000);
                    assertThat(letter.getMessage())
                            .endsWith("; this letter has the first 900,000 of 1,500,000 bytes, the record itself has"
                                    + " them all");
                }
            }
        }
        assertThat(broken)
                .containsExactlyInAnyOrder(
                        "no json with 4711",
                        "{\"payload\": 1e2147483649}",
                        "large!".repeat(7).substring(0, 40));
    }

    @Test
    void tellsItsHealthAndItsMetrics() throws Exception {
        post("/v1/events/orders", order(id(), ""));
        assertThat(get("/health")).isEqualTo("{\"status\":\"ok\",\"reasons\":{}}");
        assertThat(get("/health/liveness")).contains("ok");
        assertThat(get("/metrics"))
                .contains("events_ingested_total{source=\"http\",status=\"accepted\",type=\"orders\"}");
    }

    @Test
    void theDocumentListsExactlyWhatIsServed() throws Exception {
        JsonNode document = JSON.readTree(get("/openapi.json"));
        assertThat(document.path("openapi").textValue()).isEqualTo("3.1.0");
        Set<String> listed = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> listed.add(method.getKey() + " " + path.getKey())));
        Set<String> served = new TreeSet<>();
        service.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues()
                        .forEach(path -> mapping.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> served.add(method.name().toLowerCase(Locale.ROOT) + " " + path))));
        Pattern.compile("\\((GET|POST) && ([^)]+)\\)")
                .matcher(String.valueOf(
                        service.getBean(RouterFunctionMapping.class).getRouterFunction()))
                .results()
                .forEach(route -> served.add(route.group(1).toLowerCase(Locale.ROOT) + " " + route.group(2)));
        // The document names the types.
        assertThat(served.remove("post /v1/events/{type}")).isTrue();
        service.getBean(EventAcceptor.class).types().forEach(type -> served.add("post /v1/events/" + type));
        assertThat(listed).isEqualTo(served).contains("post /v1/events/orders", "post /v1/events/labels");
        assertThat(document.at("/components/schemas/event-orders/required"))
                .extracting(JsonNode::textValue)
                .containsExactly("id", "buyer", "shop", "price", "at");
        assertThat(get("/docs")).contains("/openapi.json");
    }

    @Test
    void everyDocumentedExampleIsAccepted() throws Exception {
        Map<String, Integer> accepted = new TreeMap<>();
        for (Map.Entry<String, JsonNode> path :
                JSON.readTree(get("/openapi.json")).path("paths").properties()) {
            JsonNode examples = path.getValue().at("/post/requestBody/content/application~1json/examples");
            for (JsonNode example : examples) {
                HttpResponse<String> answer =
                        post(path.getKey(), example.path("value").toString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                assertThat(JSON.readTree(answer.body()).path("refused").intValue())
                        .isZero();
                accepted.merge(
                        path.getKey(),
                        JSON.readTree(answer.body()).path("accepted").intValue(),
                        Integer::sum);
            }
        }
        assertThat(accepted).isEqualTo(Map.of("/v1/events/orders", 3, "/v1/events/visits", 3, "/v1/events/labels", 3));
    }

    @Test
    void whatTheDocumentSaysOfRefusalsIsSo() throws Exception {
        JsonNode responses = JSON.readTree(get("/openapi.json")).at("/paths/~1v1~1events~1orders/post/responses");
        assertThat(responses.properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("202", "400", "401", "403", "408", "413", "415", "503");
        assertProblem(
                post("/v1/events/orders", "x", "Content-Type", "text/plain"), 415, "unsupported-media-type", null);
    }

    @Test
    void whileKafkaIsAwayNothingIsAcceptedAndAfterwardsEverythingIs() throws Exception {
        stack.pause(Server.KAFKA);
        try {
            HttpResponse<String> answer = post("/v1/events/orders", order(id(), ""));
            assertProblem(answer, 503, "kafka-unavailable", null);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
            assertThat(get("/health")).contains("degraded").contains("kafka");
        } finally {
            stack.resume(Server.KAFKA);
        }
        String id = id();
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(
                                post("/v1/events/orders", order(id, "")).statusCode())
                        .isEqualTo(202));
        orderOnTopic(id);
    }
}

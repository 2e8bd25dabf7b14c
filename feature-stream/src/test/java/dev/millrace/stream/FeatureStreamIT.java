package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.feature.state.ViewState;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.avro.DeadLetter;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.event.RecordCodec;
import dev.millrace.schema.event.SingleObject;
import dev.millrace.schema.event.Storable;
import dev.millrace.schema.event.Topics;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events in; Redis, PostgreSQL and dead letters out. The tests build on each other: the stream lives on. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class FeatureStreamIT {
    private static final FeatureEngine ENGINE =
            FeatureEngine.compile(UseCaseLoader.load(Path.of("src/test/resources/use-cases"), "orders"));
    private static final EventType ORDERS = ENGINE.useCase().event("orders");
    private static final LabelFactory LABELS = new LabelFactory(ENGINE.useCase(), ORDERS);

    @TempDir
    private static Path checkpoint;

    private static StreamFixture stream;

    private static final Random RANDOM = new Random(11);
    /** What was sent, by id: the truth. */
    private static final Map<String, GenericRecord> SENT = new LinkedHashMap<>();

    private static final Map<String, Label> CURRENT = new HashMap<>();
    private static final long START = Instant.parse("2026-03-01T10:00:00Z").toEpochMilli();

    @BeforeAll
    static void start() throws Exception {
        stream = new StreamFixture(LocalStack.shared(Server.KAFKA, Server.POSTGRES, Server.REDIS, Server.S3));
        startStream(Clock.systemUTC());
    }

    private static void startStream(Clock clock) throws Exception {
        stream.start(stream.config("src/test/resources/use-cases", checkpoint.resolve("exact"), 500), clock);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        stream.close();
    }

    /** Of an order that features count, and that PostgreSQL does not take. */
    private static final String NO_UUID = "no uuid";

    private static GenericRecord order(long time) {
        GenericRecord order = new GenericData.Record(ORDERS.schema());
        order.put("id", new UUID(RANDOM.nextLong(), RANDOM.nextLong()).toString());
        order.put("buyer", 1L + RANDOM.nextInt(8));
        order.put("shop", "shop|" + RANDOM.nextInt(3));
        order.put("market", "one");
        order.put("price", BigDecimal.valueOf(RANDOM.nextInt(3000), 2));
        order.put("at", time);
        order.put("returned", RANDOM.nextInt(10) == 0 ? 1 : null);
        return order;
    }

    private static void sendOrder(GenericRecord order) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                StreamFixture.TOPIC, ORDERS.key(order).getBytes(), new RecordCodec(ORDERS.schema()).encode(order));
        record.headers().add(Headers.ARRIVAL_TIME, Headers.ofMillis((Long) order.get("at")));
        record.headers().add(Headers.ARRIVAL_STATED, new byte[0]);
        stream.send(record);
        SENT.put(ORDERS.id(order), order);
    }

    private static void sendLabel(GenericRecord order, double value, int revision) throws Exception {
        Label label = LABELS.label(order, value, (Long) order.get("at") + 3_600_000, revision);
        byte[] encoded = SingleObject.bytes(Label.getEncoder(), label);
        stream.send(new ProducerRecord<>(Topics.LABELS, label.getKey().getBytes(), encoded));
        CURRENT.merge(label.getEventId(), label, (a, b) -> a.getRevision() >= b.getRevision() ? a : b);
    }

    /** Out of order, a quarter twice, some labelled, some labels revised. */
    private static void sendSome(int count, long from, long span) throws Exception {
        List<GenericRecord> orders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            orders.add(order(from + Math.floorMod(RANDOM.nextLong(), span)));
        }
        List<GenericRecord> sent = new ArrayList<>(orders);
        sent.addAll(orders.subList(0, count / 4));
        Collections.shuffle(sent, RANDOM);
        sent.forEach(FeatureStreamIT::sendOrder);
        for (GenericRecord order : orders) {
            if (RANDOM.nextInt(3) == 0) {
                sendLabel(order, RANDOM.nextInt(2), 1);
                sendLabel(order, RANDOM.nextInt(2), 0);
            }
        }
        stream.flush();
    }

    private static void awaitRead() {
        stream.awaitServed(ENGINE, Duration.ofMinutes(2));
    }

    /** The bytes that a fold of everything sent gives, in whatever order. */
    private static Map<String, byte[]> expectedBlocks(View view) {
        Map<String, ViewState> states = new TreeMap<>();
        List<SourceRecord> records = new ArrayList<>();
        if (view.source() instanceof Source.Events) {
            SENT.values().forEach(order -> records.add(SourceRecord.of(ORDERS, order)));
        } else {
            for (GenericRecord order : SENT.values()) {
                Double flag = LABELS.ownFlag(order);
                if (flag != null) {
                    records.add(SourceRecord.of(LABELS.label(order, flag, 0, LabelFactory.OWN_FLAG)));
                }
            }
            CURRENT.values().forEach(label -> records.add(SourceRecord.of(label)));
        }
        for (SourceRecord record : records) {
            for (View.Fed fed : view.feed(record)) {
                states.computeIfAbsent(fed.key(), view::state).fold(fed.event());
            }
        }
        Map<String, byte[]> bytes = new TreeMap<>();
        states.values()
                .forEach(state -> state.blocks().forEach((entity, block) -> bytes.put(entity, block.toServedBytes())));
        return bytes;
    }

    private static void assertOnlineIsTheFoldOfAll() {
        for (View view : ENGINE.views()) {
            Map<String, byte[]> expected = view.isTumbling() ? Map.of() : expectedBlocks(view);
            assertThat(stream.served(view)).as(view.name()).isEqualTo(expected.keySet());
            expected.forEach((entity, bytes) -> {
                assertThat(stream.bytes(view, entity))
                        .as(view.name() + " " + entity)
                        .isEqualTo(bytes);
                assertThat(stream.record(view, entity).offsets().highest()).isNotEmpty();
            });
        }
    }

    private static void assertTablesHoldEachOnce() throws Exception {
        try (Connection connection = stream.postgres();
                Statement statement = connection.createStatement()) {
            Map<String, BigDecimal> prices = new TreeMap<>();
            try (ResultSet rows = statement.executeQuery("select id, price, at, sink_batch from orders")) {
                while (rows.next()) {
                    prices.put(rows.getString(1), rows.getBigDecimal(2));
                    assertThat(rows.getTimestamp(3).getTime())
                            .isEqualTo(SENT.get(rows.getString(1)).get("at"));
                }
            }
            Set<String> expected = new TreeSet<>(SENT.keySet());
            expected.remove(NO_UUID);
            assertThat(prices).containsOnlyKeys(expected);
            assertThat(count(statement, "select count(*) from orders")).isEqualTo(expected.size());
            assertThat(count(statement, "select count(distinct event_id) from labels"))
                    .isEqualTo(CURRENT.size());
        }
    }

    private static long count(Statement statement, String sql) throws Exception {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Every window that is over, as the newest revision has it. */
    private static void assertWindowsAreBruteForce() {
        record Window(long buyer, long start) {}
        Map<Window, List<GenericRecord>> windows = new HashMap<>();
        SENT.values()
                .forEach(order -> windows.computeIfAbsent(
                                new Window(
                                        (Long) order.get("buyer"),
                                        Math.floorDiv((Long) order.get("at"), 60_000L) * 60_000),
                                key -> new ArrayList<>())
                        .add(order));
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            int found = 0;
            try (Connection connection = stream.postgres();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select * from minutes_current")) {
                while (rows.next()) {
                    Window window = new Window(
                            rows.getLong("buyer"),
                            rows.getTimestamp("window_start").getTime());
                    List<GenericRecord> orders = windows.get(window);
                    assertThat(orders).as("%s", window).isNotNull();
                    assertThat(rows.getLong("orders")).as("%s", window).isEqualTo(orders.size());
                    double cents = orders.stream()
                            .mapToDouble(order -> ((BigDecimal) order.get("price"))
                                    .unscaledValue()
                                    .doubleValue())
                            .sum();
                    assertThat(rows.getDouble("mean")).as("%s", window).isEqualTo(cents / (orders.size() * 100.0));
                    rows.getDouble("std");
                    assertThat(rows.wasNull()).isEqualTo(orders.size() < 2);
                    long returned = orders.stream()
                            .filter(order -> {
                                Label label = CURRENT.get(ORDERS.id(order));
                                return label == null
                                        ? Integer.valueOf(1).equals(order.get("returned"))
                                        : label.getValue() == 1;
                            })
                            .count();
                    assertThat(rows.getLong("returned")).as("%s", window).isEqualTo(returned);
                    found++;
                }
            }
            assertThat(found).isEqualTo(windows.size());
        });
    }

    @Test
    @Order(1)
    void everyEventCountsOnceInEveryStore() throws Exception {
        sendSome(1500, START, 1_200_000);
        awaitRead();
        assertOnlineIsTheFoldOfAll();
        assertTablesHoldEachOnce();
        assertWindowsAreBruteForce();
    }

    @Test
    @Order(2)
    void whatCannotBeReadIsDeadLetteredOnceAndNothingStops() throws Exception {
        stream.send(new ProducerRecord<>(StreamFixture.TOPIC, 0, null, "{\"json\": true}".getBytes()));
        stream.send(new ProducerRecord<>(Topics.LABELS, 0, null, new byte[] {1}));
        // Its column of the table of windows is a number.
        Label nobodys = LABELS.label(order(START), 1, START, 1);
        nobodys.setEntities(Map.of("buyer", "abc", "shop", "shop|1"));
        stream.send(new ProducerRecord<>(Topics.LABELS, 0, null, SingleObject.bytes(Label.getEncoder(), nobodys)));
        Label endless = LABELS.label(order(START), Double.NaN, START, 1);
        stream.send(new ProducerRecord<>(Topics.LABELS, 0, null, SingleObject.bytes(Label.getEncoder(), endless)));
        GenericRecord old = order(START - Duration.ofDays(20).toMillis());
        sendOrder(old);
        SENT.remove(ORDERS.id(old));
        GenericRecord dear = order(START + 1_200_000);
        dear.put("price", new BigDecimal("99999.00"));
        sendOrder(dear);
        SENT.remove(ORDERS.id(dear));
        GenericRecord unholdable = order(START + 1_200_000);
        unholdable.put("shop", "a\0b");
        sendOrder(unholdable);
        SENT.remove(ORDERS.id(unholdable));
        GenericRecord nameless = order(START + 1_200_000);
        nameless.put("id", NO_UUID);
        sendOrder(nameless);
        sendSome(50, START + 1_200_000, 60_000);
        awaitRead();
        assertOnlineIsTheFoldOfAll();
        List<DeadLetter> letters = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = stream.consumer()) {
            TopicPartition partition = new TopicPartition(Topics.DEAD_LETTERS, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (consumer.position(partition)
                    < consumer.endOffsets(List.of(partition)).get(partition)) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(1));
                for (var record : records) {
                    letters.add(DeadLetter.getDecoder().decode(record.value()));
                }
            }
        }
        assertThat(letters)
                .extracting(DeadLetter::getReason)
                .containsExactlyInAnyOrder(
                        "unreadable",
                        "unreadable",
                        "unreadable",
                        "unreadable",
                        "unreadable",
                        "too-late",
                        "out-of-range",
                        "unstorable");
        assertThat(letters)
                .filteredOn(letter -> letter.getTopic().equals(StreamFixture.TOPIC)
                        && letter.getReason().equals("unreadable"))
                .extracting(DeadLetter::getMessage)
                .containsExactlyInAnyOrder(
                        "Expected an Avro single object of one of [orders]; only ingestion-service writes"
                                + " event topics, others send to raw-events",
                        "'shop': " + Storable.EXPECTED_TEXT);
        assertThat(letters)
                .filteredOn(letter -> letter.getTopic().equals(Topics.LABELS))
                .extracting(DeadLetter::getMessage)
                .contains(
                        "'buyer': expected the text of a long as its events have it, found 'abc'",
                        "'value': expected a finite number, found NaN");
        assertThat(letters)
                .extracting(letter -> new String(letter.getOriginal().array()))
                .contains("{\"json\": true}");
        assertThat(letters)
                .filteredOn(letter -> letter.getReason().equals("unstorable"))
                .singleElement()
                .satisfies(letter -> assertThat(letter.getMessage())
                        .startsWith("PostgreSQL does not take it: ERROR: invalid input syntax for type uuid"));
        try (Connection connection = stream.postgres();
                Statement statement = connection.createStatement()) {
            assertThat(count(statement, "delete from orders where at < '2026-02-20' returning 1"))
                    .isEqualTo(1);
        }
        assertTablesHoldEachOnce();
    }

    @Test
    @Order(3)
    void startedAgainItGoesOnWhereItWas() throws Exception {
        stream.stop();
        sendSome(200, START + 1_260_000, 120_000);
        startStream(Clock.systemUTC());
        awaitRead();
        assertOnlineIsTheFoldOfAll();
        assertTablesHoldEachOnce();
        assertWindowsAreBruteForce();
    }

    @Test
    @Order(4)
    void anEmptiedRedisIsFilledAgainFromState() throws Exception {
        stream.redis().sync().flushall();
        assertThat(stream.progress().rebuilding()).isTrue();
        awaitRead();
        assertOnlineIsTheFoldOfAll();
        stream.redis().sync().flushall();
        sendSome(30, START + 1_380_000, 10_000);
        awaitRead();
        assertOnlineIsTheFoldOfAll();
    }

    @Test
    @Order(5)
    void tellsPrometheusAndAnswersForItsHealth() throws Exception {
        String metrics = get("/metrics", 200);
        assertThat(metrics)
                .contains("events_processed_total{status=\"success\"}")
                .contains("kafka_consumer_lag{partition=\"0\",topic=\"" + StreamFixture.TOPIC + "\"} 0.0")
                .contains("feature_freshness_seconds")
                .contains("lake_records_total{table=\"orders\"}")
                .contains("db_pool_connections{state=\"idle\"}");
        assertThat(get("/health", 200)).isEqualTo("{\"status\":\"ok\",\"reasons\":{}}");
        get("/health/liveness", 200);
        get("/health/readiness", 200);
        get("/health/other", 404);
    }

    /** What a batch writes of a busy entity is a part of it; the rest is written now and then, and from state when it is lost. */
    @Test
    @Order(6)
    void aBusyEntityIsWrittenInParts() throws Exception {
        View view = ENGINE.view("buyer").orElseThrow();
        byte[] key = OnlineKeys.entity("orders", view, "99");
        long from = START + 1_400_000;
        sendOfBusy(4_000, from);
        awaitRead();
        OptionalLong older = older(key);
        sendOfBusy(20, from + 400_000);
        awaitRead();
        assertThat(older(key)).isEqualTo(older).isPresent();
        assertThat(stream.redis().sync().hget(key, OnlineKeys.BLOCK)).hasSizeLessThan(LayeredBlock.YOUNG);
        assertOnlineIsTheFoldOfAll();
        stream.redis().sync().flushall();
        awaitRead();
        assertOnlineIsTheFoldOfAll();
    }

    private static void sendOfBusy(int count, long from) {
        for (int i = 0; i < count; i++) {
            GenericRecord order = order(from + i * 100L);
            order.put("buyer", 99L);
            sendOrder(order);
        }
        stream.flush();
    }

    private static OptionalLong older(byte[] key) {
        return LayeredBlock.olderId(stream.redis().sync().hget(key, OnlineKeys.BLOCK));
    }

    /** Ten days in one batch, in order in each partition: a shop's orders lie in both. */
    @Test
    @Order(7)
    void catchingUpMakesNothingTooLate() throws Exception {
        stream.stop();
        for (int i = 0; i < 480; i++) {
            sendOrder(order(START + 2_000_000 + i * Duration.ofMinutes(30).toMillis()));
        }
        stream.flush();
        startStream(Clock.systemUTC());
        awaitRead();
        assertOnlineIsTheFoldOfAll();
        assertTablesHoldEachOnce();
    }

    /** Two batches: the first moves the watermark, the second acts on it. */
    @Test
    @Order(8)
    void whatNoWindowReachesAnyMoreIsForgotten() throws Exception {
        long before = states();
        stream.stop();
        startStream(Clock.offset(Clock.systemUTC(), Duration.ofDays(60)));
        for (int i = 0; i < 2; i++) {
            GenericRecord late = order(START + Duration.ofDays(11 + i).toMillis());
            late.put("buyer", 4711L);
            late.put("shop", "new");
            late.put("returned", null);
            sendOrder(late);
            SENT.remove(ORDERS.id(late));
            awaitRead();
        }
        // Of the new buyer: its view and its minutes; of the new shop: its two views.
        assertThat(before).isGreaterThan(20);
        // What was read is published before its batch is over, and its state kept.
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(states()).isEqualTo(4));
    }

    /** The entities that the query keeps a block of, but for the views whose state lasts for ever. */
    private static long states() {
        return SparkSession.active()
                .read()
                .format("statestore")
                .option("stateVarName", "entity")
                .load(checkpoint.resolve("exact").toString())
                .filter((FilterFunction<Row>) row -> {
                    String key = row.getStruct(row.fieldIndex("key")).getString(0);
                    return !key.startsWith("vshop_more") && !key.startsWith("vstanding");
                })
                .count();
    }

    private static String get(String path, int status) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + stream.watchPort() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path).isEqualTo(status);
        return answer.body();
    }
}

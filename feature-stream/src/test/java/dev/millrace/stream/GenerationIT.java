package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.event.RecordCodec;
import dev.millrace.schema.loader.UseCaseLoader;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.generation.Backfill;
import dev.millrace.stream.generation.Generation;
import dev.millrace.stream.generation.Generations;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Definitions change while events come: what is served is always the fold of everything. The tests build on each other. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class GenerationIT {
    private static final long START = Instant.parse("2026-03-01T10:00:00Z").toEpochMilli();
    private static final String FIRST = """
            view: buyer
            entity: buyer
            source: orders
            resolution: exact
            features:
              orders: {count: all, over: [1m, 1h]}
            ---
            view: shop_returns
            entity: shop
            source: labels of orders
            resolution: exact
            features:
              returned: {count: "value == 1.0", over: [1h]}
            ---
            view: buyer_minute
            entity: buyer
            source: orders
            tumbling: 1m
            table: minutes
            features:
              orders: {count: all}
            """;

    private static final String MORE = FIRST.replace("over: [1m, 1h]", "over: [1m, 1h, 2h]") + """
            ---
            view: shop
            entity: shop
            source: orders
            features:
              orders: {count: all, over: [1d]}
              mean:   {mean: price, over: [1d]}
            """;

    private static final String OTHERS = MORE.replace("view: buyer\n", "view: buyer_now\n");

    @TempDir
    private static Path folder;

    private static LocalStack stack;
    private static StreamFixture stream;
    private static StreamConfig config;

    private static final Random RANDOM = new Random(7);
    private static final List<GenericRecord> SENT = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.KAFKA, Server.POSTGRES, Server.REDIS, Server.S3);
        stream = new StreamFixture(stack);
        Path useCase = folder.resolve("use-cases/orders");
        for (String part : List.of("events", "features", "models")) {
            Files.createDirectories(useCase.resolve(part));
        }
        Path given = Path.of("src/test/resources/use-cases/orders");
        Files.copy(given.resolve("use-case.yaml"), useCase.resolve("use-case.yaml"));
        Files.copy(given.resolve("events/orders.avsc"), useCase.resolve("events/orders.avsc"));
        define(FIRST);
        config = stream.config(folder.resolve("use-cases").toString(), folder.resolve("exact"), 5_000);
        startStream();
    }

    private static void define(String views) throws Exception {
        Files.writeString(folder.resolve("use-cases/orders/features/views.yaml"), views);
    }

    private static void startStream() throws Exception {
        stream.start(config, Clock.systemUTC());
    }

    @AfterAll
    static void stop() throws Exception {
        stream.close();
        stack.close();
    }

    private static FeatureEngine engine() {
        return FeatureEngine.compile(UseCaseLoader.load(folder.resolve("use-cases"), "orders"));
    }

    private static void send(int count) {
        send(count, false);
    }

    /** @param busy of one buyer in one shop, who brings all of it back: their blocks have layers in every view */
    private static void send(int count, boolean busy) {
        EventType type = engine().useCase().event("orders");
        RecordCodec codec = new RecordCodec(type.schema());
        for (int i = 0; i < count; i++) {
            GenericRecord order = new GenericData.Record(type.schema());
            order.put("id", new UUID(RANDOM.nextLong(), RANDOM.nextLong()).toString());
            order.put("buyer", busy ? 99L : 1L + RANDOM.nextInt(20));
            order.put("shop", busy ? "busy" : "shop|" + RANDOM.nextInt(5));
            order.put("price", BigDecimal.valueOf(RANDOM.nextInt(3000), 2));
            order.put("at", START + SENT.size() * 200L + RANDOM.nextInt(30_000));
            order.put("returned", busy || RANDOM.nextInt(4) == 0 ? 1 : null);
            int sent = RANDOM.nextInt(8) == 0 ? 2 : 1;
            for (int each = 0; each < sent; each++) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                        StreamFixture.TOPIC, type.key(order).getBytes(), codec.encode(order));
                record.headers().add(Headers.ARRIVAL_TIME, Headers.ofMillis((Long) order.get("at")));
                stream.send(record);
            }
            SENT.add(order);
        }
        stream.flush();
    }

    private static void awaitServed() {
        awaitServed(Duration.ofMinutes(6));
    }

    private static void awaitServed(Duration patience) {
        stream.awaitServed(engine(), patience);
    }

    private static void assertServedIsTheFoldOfAll() throws Exception {
        FeatureEngine engine = engine();
        EventType type = engine.useCase().event("orders");
        LabelFactory labels = new LabelFactory(engine.useCase(), type);
        for (View view : engine.views()) {
            if (view.isTumbling()) {
                continue;
            }
            Map<String, Block> expected = new TreeMap<>();
            for (GenericRecord order : SENT) {
                SourceRecord record = SourceRecord.of(type, order);
                if (view.source() instanceof Source.Labels) {
                    Double flag = labels.ownFlag(order);
                    if (flag == null) {
                        continue;
                    }
                    record = SourceRecord.of(labels.label(order, flag, 0, LabelFactory.OWN_FLAG));
                }
                view.feed(record)
                        .forEach(fed -> expected.computeIfAbsent(
                                        fed.key(), key -> view.shape().empty())
                                .fold(fed.event()));
            }
            assertThat(stream.served(view)).as(view.name()).isEqualTo(expected.keySet());
            expected.forEach((entity, block) -> assertThat(stream.bytes(view, entity))
                    .as(view.name() + " " + entity)
                    .isEqualTo(block.toServedBytes()));
        }
        assertTablesHoldEachOnce();
    }

    private static void assertTablesHoldEachOnce() throws Exception {
        try (Connection connection = stream.postgres();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("select count(*), count(distinct id) from orders")) {
                row.next();
                assertThat(row.getInt(1)).isEqualTo(SENT.size());
                assertThat(row.getInt(2)).isEqualTo(SENT.size());
            }
            // What is folded again says what was there already: no revision is like the one before it.
            try (ResultSet row = statement.executeQuery(
                    "select count(*) from minutes a join minutes b using (buyer, window_start, orders)"
                            + " where a.revision = b.revision + 1")) {
                row.next();
                assertThat(row.getInt(1)).isZero();
            }
        }
    }

    private static void assertServedInLayers() {
        FeatureEngine engine = engine();
        Map.of("buyer", "99", "shop_returns", "busy").forEach((view, entity) -> {
            LayeredBlock block = (LayeredBlock)
                    stream.record(engine.view(view).orElseThrow(), entity).block();
            assertThat(block.older()).as(view).isPresent();
        });
    }

    private static Generation newest() throws Exception {
        return new Generations(
                        config.checkpoint(),
                        SparkSession.active().sparkContext().hadoopConfiguration())
                .newest()
                .orElseThrow();
    }

    private static void awaitTheLake() {
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            long lag = -1;
            for (String line : new String(java.net
                            .URI
                            .create("http://127.0.0.1:" + stream.watchPort() + "/metrics")
                            .toURL()
                            .openStream()
                            .readAllBytes())
                    .split("\n")) {
                if (line.startsWith("lake_lag{table=\"orders\"}")) {
                    lag = (long) Double.parseDouble(line.substring(line.lastIndexOf(' ')));
                }
            }
            assertThat(lag).isZero();
        });
    }

    @Test
    @Order(1)
    void theFirstReadsItsTopicsFromTheirBeginning() throws Exception {
        send(1_000);
        send(3_000, true);
        awaitServed();
        assertServedIsTheFoldOfAll();
        assertServedInLayers();
        assertThat(newest().number()).isZero();
    }

    /** The new view and the wider window are folded beside the running stream, which takes them over. */
    @Test
    @Order(2)
    void aRunningStreamTakesOverWhatIsFoldedBesideIt() throws Exception {
        awaitTheLake();
        define(MORE);
        send(300);
        assertThat(stream.progress().keeps(engine().view("shop").orElseThrow())).isFalse();
        SparkSession spark = SparkSession.active();
        Generations generations =
                new Generations(config.checkpoint(), spark.sparkContext().hadoopConfiguration());
        Generation made = new Backfill(spark, config, generations, Clock.systemUTC()).run();
        assertThat(made.number()).isEqualTo(1);
        send(300);
        send(3_000, true);
        awaitServed();
        assertServedIsTheFoldOfAll();
        assertServedInLayers();
        stream.redis().sync().flushall();
        awaitServed();
        assertServedIsTheFoldOfAll();
    }

    @Test
    @Order(3)
    void whatReadsTheSameStateNeedsNoOther() throws Exception {
        stream.stop();
        define(MORE.replace("over: [1m, 1h, 2h]", "over: [1m, 2h]"));
        send(100);
        startStream();
        awaitServed();
        assertThat(newest().number()).isEqualTo(1);
        assertServedIsTheFoldOfAll();
        define(MORE);
    }

    /** One view is gone, another new: folded before the stream goes on. */
    @Test
    @Order(4)
    void definitionsThatChangedWhileItStoodAreFoldedFirst() throws Exception {
        stream.stop();
        define(OTHERS);
        send(300);
        startStream();
        send(100);
        awaitServed();
        assertThat(newest().number()).isEqualTo(2);
        assertServedIsTheFoldOfAll();
    }

    @Test
    @Order(5)
    void withoutALakeChangedDefinitionsAreRefused() throws Exception {
        stream.stop();
        define(FIRST);
        StreamConfig without = new StreamConfig(
                config.useCases(),
                config.useCase(),
                config.kafka(),
                config.postgresUrl(),
                config.postgresUser(),
                config.postgresPassword(),
                config.redis(),
                config.checkpoint(),
                config.master(),
                config.greatestBatch(),
                config.address(),
                config.port(),
                null,
                config.lakeTrigger());
        assertThatThrownBy(() -> new FeatureStream(without, Clock.systemUTC()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The definitions have changed since this checkpoint was made: view buyer is new, view"
                        + " buyer_now is gone, view shop is gone. Their state is folded from the lake, but"
                        + " S3_BUCKET_PROCESSED names no bucket: bring the former definitions back, or start with an"
                        + " empty checkpoint to fold what Kafka still holds");
        define(OTHERS);
        startStream();
        send(50);
        awaitServed();
        assertServedIsTheFoldOfAll();
    }

    @Test
    @Order(6)
    @Tag("long")
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void aHundredThousandEntitiesAreRebuiltToTheSameBytes() throws Exception {
        EventType type = engine().useCase().event("orders");
        RecordCodec codec = new RecordCodec(type.schema());
        for (int i = 0; i < 100_000; i++) {
            GenericRecord order = new GenericData.Record(type.schema());
            order.put("id", new UUID(RANDOM.nextLong(), RANDOM.nextLong()).toString());
            order.put("buyer", 1_000L + i);
            order.put("shop", "shop|" + RANDOM.nextInt(5));
            order.put("price", BigDecimal.valueOf(RANDOM.nextInt(3000), 2));
            order.put("at", START + 3_600_000 + i);
            stream.send(
                    new ProducerRecord<>(StreamFixture.TOPIC, type.key(order).getBytes(), codec.encode(order)));
            SENT.add(order);
        }
        stream.flush();
        awaitServed(Duration.ofMinutes(10));
        long started = System.nanoTime();
        stream.redis().sync().flushall();
        awaitServed();
        Duration rebuilt = Duration.ofNanos(System.nanoTime() - started);
        assertServedIsTheFoldOfAll();
        awaitTheLake();
        started = System.nanoTime();
        SparkSession spark = SparkSession.active();
        new Backfill(
                        spark,
                        config,
                        new Generations(
                                config.checkpoint(), spark.sparkContext().hadoopConfiguration()),
                        Clock.systemUTC())
                .run();
        Duration folded = Duration.ofNanos(System.nanoTime() - started);
        await().atMost(Duration.ofMinutes(6)).until(() -> !stream.progress().rebuilding() && newest().number() == 3);
        send(20);
        awaitServed();
        assertServedIsTheFoldOfAll();
        System.out.println("Rebuilt from state in " + rebuilt + ", folded from the lake in " + folded);
    }
}

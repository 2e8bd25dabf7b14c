package dev.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.endtoend.PaymentFile.Payment;
import dev.millrace.endtoend.PaymentOracle.Known;
import dev.millrace.local.home.Folders;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.server.Connection.Postgres;
import dev.millrace.local.up.Modules;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Ports;
import dev.millrace.local.up.Progress;
import dev.millrace.local.up.State;
import dev.millrace.local.up.Supervisor;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.PlatformRecords;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real payments through real processes: HTTP in; features in Redis and PostgreSQL; a model trained on the first weeks;
 * answers for the days after. Everything is held against brute force over the file, to the last bit.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class EndToEndIT {
    private static final int PAYMENTS = 150_000;
    private static final int SCORED = 500;
    private static final int READS = 6_000;
    private static final int PAST_READS = 100;
    private static final int SLICE = 900;
    private static final Duration KNOWN_AFTER = Duration.ofDays(7);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Random RANDOM = new Random(2018);
    private static final UseCase USE_CASE =
            UseCaseLoader.load(Path.of(System.getProperty("millrace.root", ".."), "use-cases"), "fraud");

    @TempDir
    private static Path home;

    private static Platform platform;
    private static Supervisor supervisor;
    private static List<Payment> sent;
    private static List<Payment> later;
    private static final Set<String> LABELLED = new HashSet<>();
    private static int malformed;
    private static int refused;

    @BeforeAll
    static void start() {
        assumeTrue(
                Files.exists(PaymentFile.path()),
                "skipped: there is no " + PaymentFile.path() + "; set MILLRACE_DATA to the folder of the data sets");
        List<Payment> payments = PaymentFile.first(PAYMENTS + SCORED, USE_CASE);
        sent = payments.subList(0, PAYMENTS);
        later = payments.subList(PAYMENTS, payments.size());
        Map<String, Integer> ports = new HashMap<>();
        Ports.from(Map.of()).byName().keySet().forEach(name -> ports.put(name, Network.freePort()));
        platform = Platform.of(Folders.standard().at(home), new Ports(ports), "fraud");
        supervisor = new Supervisor(new Progress(System.out), entries -> {});
        supervisor.run(platform.serving());
    }

    @AfterAll
    static void stop() {
        if (supervisor != null) {
            supervisor.close();
        }
    }

    private static JsonNode call(HttpRequest.Builder request, int expected) throws Exception {
        HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
        return JSON.readTree(answer.body());
    }

    private static HttpRequest.Builder post(String service, String path, Object body) throws Exception {
        return HttpRequest.newBuilder(URI.create(platform.url(service) + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    }

    private static void send(String type, Duration lag, List<Map<String, Object>> events) throws Exception {
        if (!events.isEmpty()) {
            JsonNode answer = call(
                    post(Platform.INGESTION, "/v1/events/" + type, events).header("Arrival-Lag", lag.toString()), 202);
            refused += answer.path("refused").intValue();
        }
    }

    /** Slices of a few hours, each shuffled, with a tenth of them sent twice and some that are wrong. */
    @Test
    @Order(1)
    void everyPaymentArrivesExactlyOnce() throws Exception {
        int nextLabel = 0;
        List<Payment> repeat = new ArrayList<>();
        for (int from = 0; from < sent.size(); from += SLICE) {
            List<Payment> slice = sent.subList(from, Math.min(sent.size(), from + SLICE));
            List<Map<String, Object>> events = new ArrayList<>(
                    slice.stream().map(payment -> payment.event().fields()).toList());
            repeat.forEach(payment -> events.add(payment.event().fields()));
            repeat = slice.stream().filter(payment -> RANDOM.nextInt(10) == 0).toList();
            if (from / SLICE % 3 == 0) {
                events.add(broken(slice.getFirst()));
                malformed++;
            }
            Collections.shuffle(events, RANDOM);
            send("transactions", Duration.ZERO, events.subList(0, events.size() / 2));
            send("transactions", Duration.ZERO, events.subList(events.size() / 2, events.size()));
            long now = slice.getLast().time();
            List<Map<String, Object>> labels = new ArrayList<>();
            while (sent.get(nextLabel).time() + KNOWN_AFTER.toMillis() <= now) {
                Payment known = sent.get(nextLabel++);
                if (known.fraud()) {
                    labels.add(label(known));
                    LABELLED.add(known.id());
                }
            }
            send("labels", KNOWN_AFTER, labels);
        }
        send(
                "transactions",
                Duration.ZERO,
                repeat.stream().map(payment -> payment.event().fields()).toList());
        assertThat(refused).isEqualTo(malformed).isPositive();
        await().atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofSeconds(1))
                // On a machine that is busy the stream, which makes the tables, may not have come that far.
                .ignoreExceptionsInstanceOf(SQLException.class)
                .untilAsserted(() -> {
                    assertThat(number("select count(*) from transactions")).isEqualTo(sent.size());
                    assertThat(number("select count(*) from labels")).isEqualTo(LABELLED.size());
                    assertThat(lags()).isNotEmpty().allMatch(lag -> lag.endsWith(" 0.0"));
                });
        Set<String> ids = sent.stream().map(Payment::id).collect(Collectors.toSet());
        query(
                "select transaction_id from transactions",
                row -> assertThat(ids.remove(row.getString(1))).isTrue());
        assertThat(ids).isEmpty();
    }

    private static List<String> lags() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(platform.url(Platform.STREAM) + "/metrics"))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofLines())
                .body()
                .filter(line -> line.startsWith("kafka_consumer_lag") || line.startsWith("lake_lag"))
                .toList();
    }

    private static Map<String, Object> broken(Payment payment) {
        Map<String, Object> fields = new HashMap<>(payment.event().fields());
        switch (RANDOM.nextInt(4)) {
            case 0 -> fields.remove("amount");
            case 1 -> fields.put("amount", -1);
            case 2 -> fields.put("transaction_id", "not-a-uuid");
            default -> fields.put("colour", "blue");
        }
        return fields;
    }

    private static Map<String, Object> label(Payment payment) {
        return Map.of(
                "event_type", "transactions",
                "event_id", payment.id(),
                "timestamp", Instant.ofEpochMilli(payment.time()).toString(),
                "key", Long.toString(payment.customer()),
                "entities", Map.of("customer_id", payment.customer(), "merchant_id", payment.merchant()),
                "value", 1);
    }

    @Test
    @Order(2)
    void everyFeatureReadOnlineIsBruteForceToTheLastBit() throws Exception {
        PaymentOracle oracle = new PaymentOracle(sent);
        Known all = new Known(payment -> true, payment -> LABELLED.contains(payment.id()));
        Map<Long, Long> newestOfCustomer = newest(Payment::customer);
        Map<Long, Long> newestOfMerchant = newest(Payment::merchant);
        long[] offsets = {
            0, 60_000, 3_600_000, 86_400_000, 7 * 86_400_000L, 8 * 86_400_000L, 14 * 86_400_000L, 30 * 86_400_000L
        };
        Map<String, Long> pairs = new HashMap<>();
        for (int i = 0; i < READS; i++) {
            Payment payment = sent.get(RANDOM.nextInt(sent.size()));
            Payment other = sent.get(RANDOM.nextInt(sent.size()));
            // On the edges of the windows and a millisecond beside them, or anywhere in the month after.
            long newest = Math.max(newestOfCustomer.get(payment.customer()), newestOfMerchant.get(other.merchant()));
            long edge = (RANDOM.nextBoolean() ? payment : other).time()
                    + offsets[RANDOM.nextInt(offsets.length)]
                    + RANDOM.nextInt(3)
                    - 1;
            long at = Math.max(edge, newest - RANDOM.nextInt(60_000));
            pairs.put("c" + payment.customer() + "@" + at, at);
            pairs.put("m" + other.merchant() + "@" + at, at);
            JsonNode answer = features(payment.customer(), other.merchant(), at);
            Map<String, Double> expected = oracle.features(payment.customer(), other.merchant(), at, null, all);
            expected.forEach((name, value) -> assertSameBits(
                    name + " of " + payment.customer() + ", " + other.merchant() + " at " + at,
                    answer.path("features").get(name),
                    value));
        }
        System.out.println("online = brute force for " + pairs.size() + " (entity, time) pairs");
        assertThat(pairs).hasSizeGreaterThan(10_000);
    }

    @Test
    @Order(2)
    void everyMomentOfThePastIsBruteForceToo() throws Exception {
        PaymentOracle oracle = new PaymentOracle(sent);
        PaymentOracle.Known all = new PaymentOracle.Known(payment -> true, payment -> true);
        long first = sent.getFirst().time();
        long last = sent.getLast().time();
        int fromHistory = 0;
        for (int i = 0; i < PAST_READS; i++) {
            Payment payment = sent.get(RANDOM.nextInt(sent.size()));
            Payment other = sent.get(RANDOM.nextInt(sent.size()));
            long at = RANDOM.nextBoolean() ? payment.time() + RANDOM.nextInt(3) - 1 : RANDOM.nextLong(first, last);
            JsonNode answer = features(payment.customer(), other.merchant(), at);
            Map<String, Double> expected = oracle.features(payment.customer(), other.merchant(), at, null, all);
            expected.forEach((name, value) -> assertSameBits(
                    name + " of " + payment.customer() + ", " + other.merchant() + " at " + at,
                    answer.path("features").get(name),
                    value));
            fromHistory += answer.path("source").textValue().equals("history") ? 1 : 0;
        }
        System.out.println("history = brute force for " + fromHistory + " vectors of the past");
        assertThat(fromHistory).isGreaterThan(PAST_READS / 2);
    }

    /** On a machine that is busy with other things a read may miss its deadline: then it is asked again. */
    private static JsonNode features(long customer, long merchant, long at) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(platform.url(Platform.PREDICTION)
                        + "/v1/features/fraud?customer_id=" + customer + "&merchant_id=" + merchant + "&at="
                        + Instant.ofEpochMilli(at)))
                .build();
        return await().atMost(Duration.ofMinutes(1))
                .pollDelay(Duration.ZERO)
                .until(
                        () -> {
                            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
                            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 503);
                            return answer.statusCode() == 200 ? JSON.readTree(answer.body()) : JSON.missingNode();
                        },
                        answer -> !answer.isMissingNode());
    }

    private static Map<Long, Long> newest(java.util.function.Function<Payment, Long> entity) {
        return sent.stream().collect(Collectors.toMap(entity, Payment::time, Math::max));
    }

    private static void assertSameBits(String what, JsonNode found, double expected) {
        assertThat(found).as(what).isNotNull();
        double value = found.isNull() ? Double.NaN : found.doubleValue();
        assertThat(Double.doubleToLongBits(value))
                .as("%s: %s, brute force %s", what, value, expected)
                .isEqualTo(Double.doubleToLongBits(expected));
    }

    @Test
    @Order(3)
    void everyMinuteInPostgresIsBruteForceToTheLastBit() throws Exception {
        record Minute(long customer, long start) {}
        Map<Minute, List<Payment>> minutes = sent.stream()
                .collect(Collectors.groupingBy(
                        payment -> new Minute(payment.customer(), Math.floorDiv(payment.time(), 60_000) * 60_000)));
        long open = sent.getLast().time() - 70_000;
        query("select * from features_current", row -> {
            Minute minute = new Minute(
                    row.getLong("customer_id"), row.getTimestamp("window_start").getTime());
            List<Payment> payments = minutes.remove(minute);
            assertThat(payments).as("%s", minute).isNotNull();
            long cents = payments.stream().mapToLong(Payment::cents).sum();
            assertThat(row.getLong("transaction_count")).as("%s", minute).isEqualTo(payments.size());
            assertThat(row.getDouble("avg_amount")).as("%s", minute).isEqualTo(cents / (payments.size() * 100.0));
            assertThat(row.getDouble("max_amount"))
                    .as("%s", minute)
                    .isEqualTo(payments.stream().mapToLong(Payment::cents).max().orElseThrow() / 100.0);
            assertThat(row.getLong("fraud_count"))
                    .as("%s", minute)
                    .isEqualTo(payments.stream()
                            .filter(payment -> LABELLED.contains(payment.id()))
                            .count());
        });
        assertThat(minutes.keySet())
                .as("windows that are over are written")
                .allMatch(minute -> minute.start() >= open - 60_000);
    }

    @Test
    @Order(4)
    void theModelIsTrainedOnWhatWasKnownThen() throws Exception {
        run(platform.training(
                        "train", List.of("train", "--use-case", "fraud", "--model", "transaction-fraud", "--promote"))
                .process());
        record Place(String topic, int partition, long offset) implements Comparable<Place> {
            @Override
            public int compareTo(Place other) {
                int order = topic.compareTo(other.topic);
                order = order != 0 ? order : Integer.compare(partition, other.partition);
                return order != 0 ? order : Long.compare(offset, other.offset);
            }
        }
        Map<String, Place> payments = new HashMap<>();
        Map<String, Place> labels = new HashMap<>();
        query(
                "select transaction_id, topic_id, kafka_partition, kafka_offset from transactions",
                row -> payments.put(row.getString(1), new Place(row.getString(2), row.getInt(3), row.getLong(4))));
        query(
                "select event_id, topic_id, kafka_partition, kafka_offset from labels",
                row -> labels.put(row.getString(1), new Place(row.getString(2), row.getInt(3), row.getLong(4))));
        Map<String, Payment> byId = sent.stream().collect(Collectors.toMap(Payment::id, payment -> payment));
        PaymentOracle oracle = new PaymentOracle(sent);
        int[] rows = {0};
        query("select event_id, label, features from training_features", row -> {
            Payment payment = byId.get(row.getString(1));
            Place own = payments.get(payment.id());
            long now = payment.time();
            Known known = new Known(
                    other -> other.time() < now
                            || other.time() == now && payments.get(other.id()).compareTo(own) <= 0,
                    other -> LABELLED.contains(other.id())
                            && (other.time() + KNOWN_AFTER.toMillis() < now
                                    || other.time() + KNOWN_AFTER.toMillis() == now
                                            && labels.get(other.id()).compareTo(own) <= 0));
            assertThat(row.getDouble(2)).isEqualTo(payment.fraud() ? 1.0 : 0.0);
            Map<String, Double> expected = oracle.features(payment.customer(), payment.merchant(), now, payment, known);
            PaymentOracle.addOwn(payment, expected);
            JsonNode features = read(row.getString(3));
            expected.forEach(
                    (name, value) -> assertSameBits(name + " of row " + payment.id(), features.get(name), value));
            rows[0]++;
        });
        System.out.println("trained = brute force for " + rows[0] + " rows");
        assertThat(rows[0]).isGreaterThan(50_000);
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError(json, e);
        }
    }

    private static void run(ProcessSpec job) throws IOException {
        RunningProcess process = Spawner.start(job);
        assertThat(process.await()).as(Files.readString(job.log())).isZero();
    }

    /** As a person writes it: what the command has itself must not take what is the program's. */
    @Test
    @Order(5)
    void theCommandPassesOnWhatIsTheProgramsToRead() throws Exception {
        State.of("fraud", State.Phase.READY, List.of(entry("mlflow"), entry(Platform.PREDICTION)))
                .write(platform.folders());
        assertThat(millrace("promote", "--model", "transaction-fraud", "--version", "1"))
                .contains("version 1 of transaction-fraud is the champion");
        assertThat(millrace("promote", "--help")).contains("--model", "--version", "--alias");
        assertThat(millrace("train", "--help")).contains("--promote");
        assertThat(millrace("compare", "-h")).contains("--window");
        assertThat(millrace("dataset", "--help")).contains("--lag");
        assertThat(millrace("traffic", "--help")).contains("--per-day");
        assertThat(millrace("replay", "--help")).contains("--speed", "FILE");
    }

    private static State.Entry entry(String service) {
        return new State.Entry(
                service, ProcessHandle.current().pid(), platform.ports().of(service));
    }

    /** What {@code ./millrace} prints. */
    private static String millrace(String... arguments) throws IOException {
        JavaCommand command = new JavaCommand(
                new Modules(platform.folders()).classPath("local-stack"),
                "dev.millrace.local.cli.Millrace",
                List.of("-Dmillrace.root=" + platform.folders().root(), "-Dmillrace.home=" + home),
                List.of(arguments));
        ProcessSpec spec = ProcessSpec.of(
                "millrace", command.line(), Map.of(), home.resolve("millrace-" + arguments.length + ".log"));
        Files.deleteIfExists(spec.log());
        run(spec);
        return Files.readString(spec.log());
    }

    @Test
    @Order(5)
    void theServedScoreIsXgboostsOwnOnTheBruteForceVector() throws Exception {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Network.status(platform.url(Platform.PREDICTION) + "/health/readiness") == 200);
        Path cache = home.resolve("data/models");
        JsonNode manifest = JSON.readTree(find(cache, "millrace.json").toFile());
        Booster booster = XGBoost.loadModel(Files.newInputStream(find(cache, "model.ubj")));
        List<String> names = new ArrayList<>();
        manifest.path("features").forEach(name -> names.add(name.textValue()));
        PaymentOracle oracle = new PaymentOracle(sent);
        Known all = new Known(payment -> true, payment -> LABELLED.contains(payment.id()));
        int same = 0;
        int asked = 0;
        for (Payment payment : later) {
            if (payment.cents() == 0) {
                continue;
            }
            JsonNode answer = score(payment);
            assertThat(answer.path("model_version").textValue()).isEqualTo("v1");
            Map<String, Double> features =
                    oracle.features(payment.customer(), payment.merchant(), payment.time(), payment, all);
            PaymentOracle.addOwn(payment, features);
            float[] vector = new float[names.size()];
            for (int i = 0; i < vector.length; i++) {
                double mean = manifest.path("scaler").path("mean").get(i).doubleValue();
                double std = manifest.path("scaler").path("std").get(i).doubleValue();
                vector[i] = (float) ((features.get(names.get(i)) - mean) / std);
            }
            DMatrix matrix = new DMatrix(vector, 1, vector.length, Float.NaN);
            float own = booster.predict(matrix)[0][0];
            matrix.dispose();
            float served = answer.path("fraud_probability").floatValue();
            assertThat(served).as("%s", payment).isCloseTo(own, Offset.offset(1e-6f));
            same += served == own ? 1 : 0;
            asked++;
        }
        booster.dispose();
        System.out.println(
                "served = XGBoost's own to the bit for " + same + " of " + asked + " answers, within 1e-6 for all");
        assertThat(asked).isGreaterThan(400);
    }

    /** Payments come in while others are scored: each answer is recomputed over the events that it says it knew. */
    @Test
    @Order(6)
    void everyLoggedAnswerIsBruteForceOverTheEventsThatItNames() throws Exception {
        Map<String, Payment> byId = later.stream().collect(Collectors.toMap(Payment::id, payment -> payment));
        for (int from = 0; from < later.size(); from += 5) {
            List<Payment> arriving = later.subList(from, Math.min(later.size(), from + 5));
            send(
                    "transactions",
                    Duration.ZERO,
                    arriving.stream().map(payment -> payment.event().fields()).toList());
            for (Payment arrived : arriving) {
                if (arrived.cents() > 0) {
                    // The next of the same customer, by when the last may be known or not.
                    Payment next = new Payment(
                            new UUID(RANDOM.nextLong(), RANDOM.nextLong()).toString(),
                            arrived.customer(),
                            arrived.merchant(),
                            arrived.cents(),
                            arrived.time() + 1_000,
                            false,
                            arrived.event());
                    score(next);
                    byId.put(next.id(), next);
                }
            }
        }
        String kafka = platform.environment().get("KAFKA_BOOTSTRAP_SERVERS");
        long asked =
                byId.values().stream().filter(payment -> payment.cents() > 0).count();
        List<Prediction> answers = new ArrayList<>();
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            answers.clear();
            for (ConsumerRecord<byte[], byte[]> record :
                    TopicRecords.read(kafka, "predictions").all()) {
                answers.add(PlatformRecords.predictions().decode(record.value()));
            }
            return answers.size() >= asked;
        });
        Arrivals arrivals = new Arrivals(kafka, USE_CASE);
        List<String> names = new ArrayList<>();
        JSON.readTree(find(home.resolve("data/models"), "millrace.json").toFile())
                .path("features")
                .forEach(name -> names.add(name.textValue()));
        List<Payment> all = new ArrayList<>(sent);
        all.addAll(later);
        PaymentOracle oracle = new PaymentOracle(all);
        int recomputed = 0;
        int knewLess = 0;
        for (Prediction answer : answers) {
            Payment payment = byId.get(String.valueOf(answer.getEventId()));
            if (payment == null
                    || answer.getReasons().contains("features-unavailable")
                    || answer.getReasons().contains("read-in-past")) {
                continue;
            }
            long at = answer.getAskedFor().toEpochMilli();
            Known ofCustomer = arrivals.of(answer, "customer");
            Map<String, Double> features =
                    oracle.features(payment.customer(), payment.merchant(), at, payment, ofCustomer);
            oracle.features(payment.customer(), payment.merchant(), at, payment, arrivals.of(answer, "merchant"))
                    .forEach((name, value) -> {
                        if (name.startsWith("merchant")) {
                            features.put(name, value);
                        }
                    });
            PaymentOracle.addOwn(payment, features);
            for (int i = 0; i < names.size(); i++) {
                double expected = features.get(names.get(i));
                assertThat(Double.doubleToLongBits(answer.getVector().get(i)))
                        .as("%s: %s, brute force %s, of %s", names.get(i), answer.getVector(), expected, answer)
                        .isEqualTo(Double.doubleToLongBits(expected));
            }
            recomputed++;
            knewLess += all.stream()
                            .filter(each -> each.customer() == payment.customer() && each.time() < payment.time())
                            .allMatch(ofCustomer.payment())
                    ? 0
                    : 1;
        }
        System.out.println("logged = brute force over the events named for " + recomputed + " of " + answers.size()
                + " answers, " + knewLess + " of which did not know all payments yet");
        assertThat(recomputed).isGreaterThan(500);
        assertThat(knewLess).isPositive();
    }

    private static JsonNode score(Payment payment) throws Exception {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("transaction_id", payment.id());
        body.put("timestamp", Instant.ofEpochMilli(payment.time()).toString());
        body.put("amount", payment.event().fields().get("amount"));
        body.put("customer_id", payment.customer());
        body.put("merchant_id", payment.merchant());
        return call(post(Platform.PREDICTION, "/predict", body), 200);
    }

    private static Path find(Path folder, String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }

    @FunctionalInterface
    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private static void query(String sql, RowReader reader) throws SQLException {
        Postgres postgres = new Postgres(
                platform.environment().get("POSTGRES_URL"),
                platform.environment().get("POSTGRES_USER"),
                platform.environment().get("POSTGRES_PASSWORD"));
        try (Connection connection = DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setFetchSize(5_000);
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }

    private static long number(String sql) throws SQLException {
        Map<Integer, Long> found = new TreeMap<>();
        query(sql, row -> found.put(0, row.getLong(1)));
        return found.get(0);
    }
}

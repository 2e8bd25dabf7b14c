package dev.millrace.training.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.lake.Lake;
import dev.millrace.lake.LakeTable;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.training.Publication;
import dev.millrace.training.TestMlflow;
import dev.millrace.training.TrainingRun;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.DatasetRequest;
import dev.millrace.training.data.DatasetVersion;
import dev.millrace.training.data.Period;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.data.TrainingSetSource.Request;
import dev.millrace.training.evaluation.Split;
import dev.millrace.training.history.Orders.Order;
import dev.millrace.training.mlflow.ModelVersion;
import dev.millrace.training.xgboost.Trainer;
import dev.millrace.training.xgboost.XgboostParameters;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mlflow.tracking.MlflowClient;

/** Training sets of a real lake, in PostgreSQL and S3, against brute force over the same events. */
@Timeout(300)
class LakeHistoryIT {

    private static final Clock LATER = Clock.fixed(Instant.parse("2027-01-01T00:00:00Z"), ZoneOffset.UTC);
    private static final Orders WORLD = new Orders(11, 7_000, 45);

    private static final Map<String, String> ENVIRONMENT = new HashMap<>();

    @BeforeAll
    static void write() throws Exception {
        ENVIRONMENT.putAll(LocalStack.shared(Server.POSTGRES, Server.S3).environment());
        ENVIRONMENT.put("MILLRACE_USE_CASES", "src/test/resources/use-cases");
        ENVIRONMENT.put("S3_BUCKET_PROCESSED", "dataset-it");
        Settings settings = settings();
        settings.lake().orElseThrow().makeBucket();
        try (Connection connection = connect()) {
            Orders.createTables(connection);
        }
        try (LakeSession session = new LakeSession(settings.lake().orElseThrow(), settings.sparkMaster())) {
            ModelReference.Compiled model = ModelReference.choose(settings.useCases(), "orders", "returns")
                    .compiled();
            Lake lake = new Lake(session.spark(), model.useCase());
            lake.prepare();
            LakeOrders rows = new LakeOrders(WORLD, model.rows(), 5);
            append(lake.events(model.rows()), rows.orders(session.spark()));
            append(lake.labels(), rows.marks(session.spark()));
        }
    }

    private static void append(LakeTable<?> table, Dataset<Row> rows) throws Exception {
        table.stored(rows).writeTo(table.name()).append();
    }

    private static Settings settings() {
        return Settings.of(ENVIRONMENT);
    }

    private static Connection connect() throws SQLException {
        Settings settings = settings();
        return DriverManager.getConnection(
                settings.postgresUrl(), settings.postgresUser(), settings.postgresPassword());
    }

    private static LakeHistory history(Clock clock) {
        return new LakeHistory(settings(), clock, line -> {});
    }

    private static TrainingSet read(String model, Instant from, Instant to) {
        return history(LATER).read(new Request("orders", model, new Period(from, to), null));
    }

    private static Instant day(int day) {
        return Instant.ofEpochMilli(Orders.START + day * Orders.DAY);
    }

    @Test
    void everyRowIsWhatBruteForceGivesBitForBit() {
        TrainingSet set = read("returns", null, null);
        long to = WORLD.newest() - 2 * Orders.DAY;
        List<Order> rows = between(WORLD, to - 30 * Orders.DAY, to);
        assertThat(rows).hasSizeGreaterThan(4_000);
        assertThat(set.featureNames())
                .startsWith("buyer.orders_1h")
                .contains("pair.amount_1d", "return_rate_7d", "taker.moved_3d")
                .endsWith("gift");
        holds(set, WORLD, rows);
        assertThat(set.origin())
                .containsEntry("model", "returns")
                .containsEntry("rows_to", Instant.ofEpochMilli(to).toString())
                .containsEntry("arrival", "recorded")
                .containsKeys("snapshot.orders", "snapshot.labels")
                .hasEntrySatisfying("dataset", name -> assertThat(name).startsWith("lake.orders.training_returns@"));
    }

    @Test
    void aSimulatedLagTakesThePlaceOfTheRecordedArrival() {
        Duration lag = Duration.ofHours(2);
        LakeHistory.Made made = history(LATER)
                .make(new DatasetRequest("orders", "returns", new Period(day(10), day(20)), lag, "lagging"));
        TrainingSet set = history(LATER).read(new Request("orders", "returns", Period.LATEST, made.version()));
        Orders world = WORLD.arriving(lag);
        List<Order> rows = between(world, Orders.START + 10 * Orders.DAY, Orders.START + 20 * Orders.DAY - 1);
        assertThat(made.version().table()).isEqualTo("lake.orders.lagging");
        assertThat(made.rows()).isEqualTo(rows.size()).isGreaterThan(1_000);
        assertThat(made.features()).isEqualTo(set.featureNames().size());
        assertThat(set.origin()).containsEntry("arrival", "event time + PT2H");
        holds(set, world, rows);
    }

    private static List<Order> between(Orders world, long from, long to) {
        return world.orders.stream()
                .filter(order -> order.time() >= from && order.time() <= to)
                .toList();
    }

    private static void holds(TrainingSet set, Orders world, List<Order> rows) {
        assertThat(set.eventIds())
                .containsExactlyInAnyOrderElementsOf(
                        rows.stream().map(Order::id).toList());
        Map<String, Order> orders = rows.stream().collect(Collectors.toMap(Order::id, order -> order));
        OrdersOracle oracle = new OrdersOracle(world);
        long before = Long.MIN_VALUE;
        for (int i = 0; i < rows.size(); i++) {
            Order order = orders.get(set.eventIds().get(i));
            assertThat(set.rows()[i])
                    .as("features %s of %s", set.featureNames(), order)
                    .containsExactly(oracle.vector(order));
            assertThat(set.labels()[i]).as("label of %s", order).isEqualTo(oracle.label(order));
            assertThat(set.eventTimes()[i]).isEqualTo(order.time());
            assertThat(order.position().arrivalTime()).isGreaterThanOrEqualTo(before);
            before = order.position().arrivalTime();
        }
    }

    @Test
    void rowsEndWhereLabelsAreNotKnownYetOrWhereTheCallerSays() {
        Clock early = Clock.fixed(day(20), ZoneOffset.UTC);
        TrainingSet known = history(early).read(new Request("orders", "returns", Period.LATEST, null));
        assertThat(times(known))
                .allSatisfy(time -> assertThat(time).isBetween(Orders.START, day(18).toEpochMilli()))
                .hasSizeGreaterThan(2_000);
        assertThat(times(read("returns", day(12), day(15))))
                .allSatisfy(time -> assertThat(time).isBetween(day(12).toEpochMilli(), day(15).toEpochMilli() - 1))
                .hasSizeGreaterThan(300);
    }

    private static List<Long> times(TrainingSet set) {
        return IntStream.range(0, set.size()).mapToObj(i -> set.eventTimes()[i]).toList();
    }

    @Test
    void aRunNamesTheSnapshotsThatItWasTrainedOn() {
        LakeHistory.Made made = history(LATER)
                .make(new DatasetRequest("orders", "returns", new Period(day(5), day(30)), null, "named"));
        LakeHistory.Made again = history(Clock.offset(LATER, Duration.ofSeconds(1)))
                .make(new DatasetRequest("orders", "returns", new Period(day(5), day(25)), null, "named"));
        assertThat(again.rows()).isLessThan(made.rows());
        TrainingSet set = history(LATER).read(new Request("orders", "returns", Period.LATEST, made.version()));
        assertThat(set.size()).isEqualTo(made.rows());
        List<XgboostParameters> grid = List.of(new XgboostParameters(5, 2, 0.2, 0.8, 0.8, 1, 1, 0));
        TrainingRun.Outcome outcome = new TrainingRun(new Trainer(1, 1), grid, Clock.systemUTC(), line -> {}).run(set);
        try (Publication publication = new Publication(TestMlflow.uri(), Duration.ofSeconds(30), Clock.systemUTC());
                MlflowClient client = new MlflowClient(TestMlflow.uri().toString())) {
            ModelVersion version = publication.publish(outcome);
            Map<String, String> tags = client.getRun(version.runId()).getData().getTagsList().stream()
                    .collect(Collectors.toMap(tag -> tag.getKey(), tag -> tag.getValue()));
            assertThat(tags)
                    .containsEntry("millrace.dataset", made.version().toString())
                    .containsEntry("millrace.snapshot.orders", set.origin().get("snapshot.orders"))
                    .containsEntry("millrace.snapshot.labels", set.origin().get("snapshot.labels"));
        }
    }

    @Test
    void theRowsOfARunAreKept() throws SQLException {
        TrainingSet set = read("returns", day(12), day(15));
        Split split = new Split(new int[] {0, 1, 2}, new int[] {3, 4});
        Settings settings = settings();
        new TrainingFeatures(settings).write("run \"1\"", set, split);
        try (Connection connection = connect();
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery(
                                "select *, features ->> 'amount' as amount, features -> 'weight' as weight"
                                        + " from training_features where run_id = 'run \"1\"' order by split desc, event_time")) {
            int count = 0;
            while (rows.next()) {
                int i = set.eventIds().indexOf(rows.getString("event_id"));
                assertThat(rows.getString("split")).isEqualTo(i < 3 ? "train" : "test");
                assertThat(rows.getDouble("label")).isEqualTo(set.labels()[i]);
                assertThat(rows.getTimestamp("event_time").getTime()).isEqualTo(set.eventTimes()[i]);
                double weight = set.rows()[i][set.featureNames().indexOf("weight")];
                assertThat(rows.getString("weight"))
                        .isEqualTo(
                                Double.isNaN(weight) ? "null" : new java.math.BigDecimal("" + weight).toPlainString());
                assertThat(rows.getDouble("amount"))
                        .isEqualTo(set.rows()[i][set.featureNames().indexOf("amount")]);
                count++;
            }
            assertThat(count).isEqualTo(5);
        }
        assertThatThrownBy(() -> new TrainingFeatures(settings).write("run \"1\"", set, split))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("training-database: cannot write training_features: ERROR: duplicate key");
        Settings nobody = Settings.of(Map.of("POSTGRES_URL", "jdbc:postgresql://127.0.0.1:1/x"));
        assertThatThrownBy(() -> new TrainingFeatures(nobody).write("run", set, split))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("training-database: cannot write training_features: Connection to");
    }

    @Test
    void whatCannotBeMadeOrReadIsSaid() {
        assertThatThrownBy(() -> read("returns", day(-1), day(-1).plusSeconds(60)))
                .isInstanceOf(TrainingException.class)
                .hasMessage(
                        "training-not-enough-data: expected at least 100 rows of both classes, but came 0 rows, 0 of"
                                + " them positive: labels are known PT48H after their event");
        assertThatThrownBy(() -> read(null, null, null))
                .isInstanceOf(TrainingException.class)
                .hasMessage("training-unknown-model: expected --model to be one of [returns, returns-unseen] of the use"
                        + " case orders, but came nothing");
        assertThatThrownBy(() -> read("returns", day(1), day(1)))
                .hasMessage("expected --from before --to, but came 2026-01-02T00:00:00Z and 2026-01-02T00:00:00Z");
        LakeHistory.Made made = history(LATER)
                .make(new DatasetRequest("orders", "returns-unseen", new Period(day(5), day(9)), null, null));
        assertThat(made.version().name()).isEqualTo("training_returns_unseen");
        assertThatThrownBy(() -> history(LATER).read(new Request("orders", "returns", Period.LATEST, made.version())))
                .isInstanceOf(TrainingException.class)
                .hasMessage("training-dataset: expected a training set of the model returns as it is defined now, but "
                        + made.version() + " was made of other definitions: make it anew");
        assertThatThrownBy(() -> history(LATER)
                        .read(new Request(
                                "orders",
                                "returns",
                                Period.LATEST,
                                new DatasetVersion("orders", "training_returns_unseen", 5))))
                .isInstanceOf(TrainingException.class)
                .hasMessage(
                        "training-dataset: expected a snapshot 5 of lake.orders.training_returns_unseen, which it does"
                                + " not have (any more): make the training set anew");
        assertThatThrownBy(() -> history(LATER)
                        .read(new Request("orders", "returns", Period.LATEST, new DatasetVersion("orders", "none", 5))))
                .isInstanceOf(TrainingException.class)
                .hasMessage(
                        "training-dataset: expected a training set in lake.orders.none, but there is no such table");
    }
}

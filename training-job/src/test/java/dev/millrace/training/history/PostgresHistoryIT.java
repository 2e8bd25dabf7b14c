package dev.millrace.training.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Connection.Postgres;
import dev.millrace.local.server.Server;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.data.TrainingSetSource.Request;
import dev.millrace.training.evaluation.Split;
import dev.millrace.training.history.Orders.Order;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Training sets of a real PostgreSQL against brute force over the same events. */
@Timeout(240)
class PostgresHistoryIT {

    private static final Clock LATER = Clock.fixed(Instant.parse("2027-01-01T00:00:00Z"), ZoneOffset.UTC);
    private static final Orders WORLD = new Orders(11, 7_000, 45);

    private static Settings settings;

    @BeforeAll
    static void write() throws SQLException {
        Postgres postgres = LocalStack.shared(Server.POSTGRES).postgres();
        Map<String, String> environment = new HashMap<>(postgres.environment());
        environment.put("MILLRACE_USE_CASES", "src/test/resources/use-cases");
        settings = Settings.of(environment);
        try (Connection connection = connect()) {
            Orders.createTables(connection);
            WORLD.write(connection, new Random(5));
        }
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                settings.postgresUrl(), settings.postgresUser(), settings.postgresPassword());
    }

    private static TrainingSet read(Request request, Clock clock) {
        return new PostgresHistory(settings, clock).read(request);
    }

    @Test
    void everyRowIsWhatBruteForceGivesBitForBit() {
        TrainingSet set = read(new Request("orders", "returns", null, null), LATER);
        long newest = WORLD.newest();
        long to = newest - 2 * Orders.DAY;
        List<Order> rows = WORLD.orders.stream()
                .filter(order -> order.time() >= to - 30 * Orders.DAY && order.time() <= to)
                .toList();
        assertThat(rows).hasSizeGreaterThan(4_000);
        assertThat(set.eventIds())
                .containsExactlyElementsOf(rows.stream().map(Order::id).toList());
        assertThat(set.readUpToBatch()).isEqualTo(7);
        assertThat(set.featureNames())
                .startsWith("buyer.orders_1h")
                .contains("pair.amount_1d", "return_rate_7d")
                .endsWith("gift");
        OrdersOracle oracle = new OrdersOracle(WORLD);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(set.rows()[i])
                    .as("features %s of %s", set.featureNames(), rows.get(i))
                    .containsExactly(oracle.vector(rows.get(i)));
            assertThat(set.labels()[i]).as("label of %s", rows.get(i)).isEqualTo(oracle.label(rows.get(i)));
        }
    }

    @Test
    void rowsEndWhereLabelsAreNotKnownYetOrWhereTheCallerSays() {
        Instant now = Instant.ofEpochMilli(Orders.START + 20 * Orders.DAY);
        TrainingSet known = read(new Request("orders", "returns", null, null), Clock.fixed(now, ZoneOffset.UTC));
        assertThat(IntStream.range(0, known.size()).mapToLong(i -> known.eventTimes()[i]))
                .allSatisfy(time -> assertThat(time).isBetween(Orders.START, now.toEpochMilli() - 2 * Orders.DAY))
                .hasSizeGreaterThan(2_000);
        Instant from = Instant.ofEpochMilli(Orders.START + 12 * Orders.DAY);
        Instant to = from.plusMillis(3 * Orders.DAY);
        TrainingSet asked = read(new Request("orders", "returns", from, to), LATER);
        assertThat(IntStream.range(0, asked.size()).mapToLong(i -> asked.eventTimes()[i]))
                .allSatisfy(time -> assertThat(time).isBetween(from.toEpochMilli(), to.toEpochMilli() - 1))
                .hasSizeGreaterThan(300);
        Map<String, double[]> all = new HashMap<>();
        TrainingSet whole = read(new Request("orders", "returns", null, null), LATER);
        for (int i = 0; i < whole.size(); i++) {
            all.put(whole.eventIds().get(i), whole.rows()[i]);
        }
        for (int i = 0; i < asked.size(); i++) {
            double[] same = all.get(asked.eventIds().get(i));
            if (same != null) {
                assertThat(asked.rows()[i]).containsExactly(same);
            }
        }
    }

    @Test
    void theRowsOfARunAreKept() throws SQLException {
        TrainingSet set = read(new Request("orders", "returns", null, null), LATER);
        Split split = new Split(new int[] {0, 1, 2}, new int[] {3, 4});
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
    }

    @Test
    void whatCannotBeReadIsSaid() throws SQLException {
        Instant early = Instant.ofEpochMilli(Orders.START - Orders.DAY);
        assertThatThrownBy(() -> read(new Request("orders", "returns", early, early.plusSeconds(60)), LATER))
                .isInstanceOf(TrainingException.class)
                .hasMessage("training-not-enough-data: expected at least 100 rows of both classes from"
                        + " 2025-12-31T00:00:00Z to 2025-12-31T00:00:59.999Z, but came 0 rows, 0 of them positive:"
                        + " labels are known PT48H after their event");
        assertThatThrownBy(() -> read(new Request("orders", "other", null, null), LATER))
                .isInstanceOf(TrainingException.class)
                .hasMessage(
                        "training-unknown-model: expected --model to be one of [returns, returns-unseen] of the use case orders,"
                                + " but came other");
        assertThatThrownBy(() -> new Request("orders", "returns", early, early))
                .hasMessage("expected --from before --to, but came 2025-12-31T00:00:00Z and 2025-12-31T00:00:00Z");
        Settings nobody = Settings.of(Map.of(
                "MILLRACE_USE_CASES",
                "src/test/resources/use-cases",
                "POSTGRES_URL",
                "jdbc:postgresql://127.0.0.1:1/x"));
        assertThatThrownBy(() -> new PostgresHistory(nobody, LATER).read(new Request("orders", "returns", null, null)))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("training-database: cannot read the events and labels: Connection to");
        try (Connection connection = connect()) {
            connection.createStatement().execute("alter table sink_commit rename to elsewhere");
            assertThatThrownBy(() -> read(new Request("orders", "returns", null, null), LATER))
                    .hasMessageEndingWith("; the stream makes its tables when it starts: has it run?");
            connection.createStatement().execute("alter table elsewhere rename to sink_commit");
        }
    }
}

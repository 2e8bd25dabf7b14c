package dev.millrace.training.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.training.history.Orders.Order;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Made-up orders, some of them late, repeated, revised or without a taker: Spark's rows against brute force. */
@Timeout(180)
class PointInTimePlanTests {

    private static final String USE_CASES = "src/test/resources/use-cases";

    private static List<Row> rows(String model, Orders world, RowRange range, long seed) {
        ModelReference reference = new ModelReference(USE_CASES, "orders", model);
        LakeOrders lake = new LakeOrders(world, reference.compiled().rows(), seed);
        return new PointInTimePlan(reference, range, 3)
                .rows(
                        List.of(new PointInTimePlan.Events(
                                reference.compiled().rows(), lake.orders(TestSpark.session()))),
                        lake.marks(TestSpark.session()))
                .collectAsList();
    }

    private static void holds(List<Row> rows, Orders world, BiFunction<OrdersOracle, Order, double[]> vector) {
        OrdersOracle oracle = new OrdersOracle(world);
        Map<String, Order> expected = new HashMap<>();
        world.orders.forEach(order -> expected.put(order.id(), order));
        for (Row row : rows) {
            Order order = expected.remove(row.getString(0));
            assertThat(order).as("the only row of %s", row).isNotNull();
            assertThat(row.getLong(1)).isEqualTo(order.time());
            assertThat(row.getLong(2)).isEqualTo(order.position().arrivalTime());
            assertThat(row.getDouble(3)).as("label of %s", order).isEqualTo(oracle.label(order));
            double[] found = new double[row.size() - RowAssembler.BEFORE_FEATURES];
            for (int i = 0; i < found.length; i++) {
                found[i] = row.getDouble(i + RowAssembler.BEFORE_FEATURES);
            }
            assertThat(found).as("features %s of %s", row.schema(), order).containsExactly(vector.apply(oracle, order));
        }
        assertThat(expected).isEmpty();
    }

    private static RowRange all(Orders world) {
        return new RowRange(Long.MIN_VALUE, Long.MAX_VALUE, world.newest());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyRowIsWhatBruteForceGivesBitForBit(long seed) {
        Orders world = new Orders(seed, 200 + (int) seed * 150, 5 + 5 * (int) seed);
        holds(rows("returns", world, all(world), seed), world, OrdersOracle::vector);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void aModelThatExcludesTheCurrentEventSeesWhatCameBefore(long seed) {
        Orders world = new Orders(seed, 600, 12);
        holds(rows("returns-unseen", world, all(world), seed), world, OrdersOracle::vectorBefore);
    }

    @Test
    void rowsOutsideOfTheRangeFeedTheOthers() {
        Orders world = new Orders(21, 900, 20);
        long from = Orders.START + 8 * Orders.DAY;
        long to = from + 5 * Orders.DAY;
        List<Order> asked = world.orders.stream()
                .filter(order -> from <= order.time() && order.time() <= to)
                .toList();
        long last = asked.getLast().position().arrivalTime();
        List<Row> rows = rows("returns", world, new RowRange(from, to, last), 3);
        assertThat(rows).hasSize(asked.size()).hasSizeGreaterThan(100);
        OrdersOracle oracle = new OrdersOracle(world);
        Map<String, double[]> expected = new HashMap<>();
        asked.forEach(order -> expected.put(order.id(), oracle.vector(order)));
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.getDouble(RowAssembler.BEFORE_FEATURES))
                        .isEqualTo(expected.get(row.getString(0))[0]));
    }
}

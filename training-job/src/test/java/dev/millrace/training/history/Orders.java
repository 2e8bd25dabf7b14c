package dev.millrace.training.history;

import dev.millrace.lake.Position;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/** Orders and what became of them: late, repeated, revised.  */
final class Orders {

    static final long DAY = 86_400_000;
    static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    record Order(
            String id,
            long time,
            String buyer,
            long shop,
            BigDecimal amount,
            Integer pieces,
            Double weight,
            Boolean gift,
            Integer returned,
            String recipient,
            BigDecimal fee,
            Position position) {}

    record Mark(Order order, double value, int revision, long known, Position position) {}

    final List<Order> orders = new ArrayList<>();
    final List<Mark> marks = new ArrayList<>();

    Orders(long seed, int count, int days) {
        Random random = new Random(seed);
        long offset = 0;
        for (int i = 0; i < count; i++) {
            long time = START + Math.floorMod(random.nextLong(), days * DAY);
            if (i > 0 && random.nextInt(20) == 0) {
                time = orders.getLast().time();
            }
            // Most come at once, some within the hour, a few as late as 20 hours.
            long delay = random.nextInt(10) > 0
                    ? random.nextInt(300)
                    : random.nextInt(random.nextBoolean() ? 3_600_000 : 72_000_000);
            int partition = random.nextInt(4);
            boolean bad = random.nextInt(4) == 0;
            Order order = new Order(
                    new UUID(random.nextLong(), random.nextLong()).toString(),
                    time,
                    random.nextInt(8) == 0 ? "a|b\\" + random.nextInt(3) : "buyer" + random.nextInt(40),
                    1 + random.nextInt(15),
                    BigDecimal.valueOf(random.nextInt(200_000), 2),
                    random.nextInt(5) == 0 ? null : random.nextInt(9),
                    random.nextInt(5) == 0 ? null : random.nextDouble(),
                    random.nextInt(5) == 0 ? null : random.nextBoolean(),
                    random.nextInt(15) == 0 ? (Integer) (bad ? 1 : 0) : null,
                    random.nextInt(3) == 0 ? null : "buyer" + random.nextInt(40),
                    random.nextInt(3) == 0 ? null : BigDecimal.valueOf(random.nextInt(900), 2),
                    // Some arrive in the same millisecond: their place decides.
                    new Position((time + delay) / 50 * 50, "topic", partition, offset++));
            orders.add(order);
            for (int revision = 0; revision < random.nextInt(4) - 1; revision++) {
                long known = time + 2 * DAY + revision * random.nextInt((int) DAY);
                double value = (revision % 2 == 0) == bad ? 1 : 0;
                long lag = random.nextInt(4) * 1_000L;
                marks.add(new Mark(
                        order, value, revision, known, new Position(known + lag, "marks", partition, offset++)));
            }
        }
        orders.sort(Comparator.comparing(Order::position));
    }

    private Orders(List<Order> orders, List<Mark> marks) {
        this.orders.addAll(orders);
        this.marks.addAll(marks);
        this.orders.sort(Comparator.comparing(Order::position));
    }

    /** The same, had every order arrived this long after its time and every mark when it was known. */
    Orders arriving(Duration lag) {
        Map<Order, Order> moved = new HashMap<>();
        for (Order order : orders) {
            moved.put(
                    order,
                    new Order(
                            order.id(),
                            order.time(),
                            order.buyer(),
                            order.shop(),
                            order.amount(),
                            order.pieces(),
                            order.weight(),
                            order.gift(),
                            order.returned(),
                            order.recipient(),
                            order.fee(),
                            arriving(order.position(), order.time() + lag.toMillis())));
        }
        return new Orders(
                List.copyOf(moved.values()),
                marks.stream()
                        .map(mark -> new Mark(
                                moved.get(mark.order()),
                                mark.value(),
                                mark.revision(),
                                mark.known(),
                                arriving(mark.position(), mark.known())))
                        .toList());
    }

    private static Position arriving(Position position, long time) {
        return new Position(time, position.topicId(), position.partition(), position.offset());
    }

    /** The last arrival of anything. */
    long newest() {
        return Stream.concat(
                        orders.stream().map(Order::position), marks.stream().map(Mark::position))
                .mapToLong(Position::arrivalTime)
                .max()
                .orElseThrow();
    }

    static void createTables(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    drop table if exists training_features;
                    create table training_features (run_id text, use_case text, model text, event_id text,
                      event_time timestamptz, label double precision, split text, features jsonb,
                      primary key (run_id, event_id, event_time));
                    """);
        }
    }
}

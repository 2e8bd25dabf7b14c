package dev.millrace.training.history;

import dev.millrace.training.history.Orders.Mark;
import dev.millrace.training.history.Orders.Order;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** Brute force over the orders that had arrived: knows windows as the definitions state them, and nothing else. */
final class OrdersOracle {

    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;
    private static final long TILE = 600_000;

    private final Orders world;

    OrdersOracle(Orders world) {
        this.world = world;
    }

    /** With the row's own order. */
    double[] vector(Order row) {
        return vector(row, row.time());
    }

    /** With orders before the row's own time only. */
    double[] vectorBefore(Order row) {
        return vector(row, row.time() - 1);
    }

    private double[] vector(Order row, long last) {
        long q = row.time();
        Predicate<Order> mine = order -> order.buyer().equals(row.buyer());
        Predicate<Order> shop = order -> order.shop() == row.shop();
        List<Order> day = between(row, mine, q - DAY, last);
        List<Order> week = between(row, mine, q - 7 * DAY, last);
        long edge = q - 2 * DAY;
        double shopWeek = between(row, shop, tile(edge - 7 * DAY), tile(edge)).size();
        double returnsWeek = returns(row, edge - 7 * DAY, edge);
        List<Boolean> gifts =
                week.stream().map(Order::gift).filter(Objects::nonNull).toList();
        long pairTile = DAY / 60;
        List<Order> pair = between(row, mine.and(shop), Math.floorDiv(q - DAY, pairTile) * pairTile, last);
        return new double[] {
            between(row, mine, q - HOUR, last).size(),
            day.size(),
            mean(day),
            week.size(),
            mean(week),
            week.stream()
                    .map(Order::pieces)
                    .filter(Objects::nonNull)
                    .mapToDouble(Integer::doubleValue)
                    .max()
                    .orElse(Double.NaN),
            gifts.isEmpty()
                    ? Double.NaN
                    : (double) gifts.stream().filter(gift -> gift).count() / gifts.size(),
            between(row, shop, tile(edge - DAY), tile(edge)).size(),
            shopWeek,
            cents(pair).doubleValue() / 100,
            shopWeek == 0 ? Double.NaN : returnsWeek / shopWeek,
            returns(row, edge - DAY, edge),
            moves(row, row.buyer(), last).size(),
            moved(row, row.buyer(), last),
            moves(row, row.recipient(), last).size(),
            moved(row, row.recipient(), last),
            row.amount().doubleValue(),
            row.weight() == null ? Double.NaN : row.weight(),
            Instant.ofEpochMilli(q).atOffset(ZoneOffset.UTC).getHour(),
            row.gift() == null ? Double.NaN : row.gift() ? 1 : 0
        };
    }

    /** As it stands in the end. */
    double label(Order row) {
        double label = row.returned() == null ? 0 : row.returned();
        int highest = -1;
        for (Mark mark : world.marks) {
            if (mark.order() == row && mark.revision() > highest) {
                highest = mark.revision();
                label = mark.value();
            }
        }
        return label;
    }

    private static long tile(long time) {
        return Math.floorDiv(time, TILE) * TILE;
    }

    /** Of whoever sends or takes; of nobody there are none. */
    private List<Order> moves(Order row, String person, long last) {
        return between(
                row,
                order -> person != null && (order.buyer().equals(person) || person.equals(order.recipient())),
                row.time() - 3 * DAY,
                last);
    }

    /** A sender moves the amount, a taker the fee; who does both sends. */
    private double moved(Order row, String person, long last) {
        return moves(row, person, last).stream()
                        .map(order -> order.buyer().equals(person) ? order.amount() : order.fee())
                        .filter(Objects::nonNull)
                        .map(BigDecimal::unscaledValue)
                        .reduce(BigInteger.ZERO, BigInteger::add)
                        .doubleValue()
                / 100;
    }

    private List<Order> between(Order row, Predicate<Order> which, long left, long right) {
        return world.orders.stream()
                .filter(order -> left < order.time() && order.time() <= right)
                .filter(which)
                .filter(order -> order.position().compareTo(row.position()) <= 0)
                .toList();
    }

    /** How many orders of the shop were known to have come back. */
    private double returns(Order row, long left, long right) {
        Map<Order, Integer> revisions = new HashMap<>();
        Map<Order, Double> values = new HashMap<>();
        for (Order order : between(row, order -> order.shop() == row.shop(), left, right)) {
            if (order.returned() != null) {
                revisions.put(order, -1);
                values.put(order, (double) order.returned());
            }
        }
        for (Mark mark : world.marks) {
            Order order = mark.order();
            if (order.shop() == row.shop()
                    && left < order.time()
                    && order.time() <= right
                    && mark.position().compareTo(row.position()) <= 0
                    && mark.revision() > revisions.getOrDefault(order, -2)) {
                revisions.put(order, mark.revision());
                values.put(order, mark.value());
            }
        }
        return values.values().stream().filter(value -> value == 1).count();
    }

    private static BigInteger cents(List<Order> orders) {
        return orders.stream().map(order -> order.amount().unscaledValue()).reduce(BigInteger.ZERO, BigInteger::add);
    }

    private static double mean(List<Order> orders) {
        return orders.isEmpty() ? Double.NaN : cents(orders).doubleValue() / (orders.size() * 100.0);
    }
}

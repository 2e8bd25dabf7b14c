package dev.millrace.feature;

import dev.millrace.feature.Things.Mark;
import dev.millrace.feature.Things.Thing;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Brute force over raw events: knows windows as the definition states them, and nothing of blocks or tiles. */
final class Oracle {
    private Oracle() {}

    static List<Thing> window(Collection<Thing> events, long q, long w, long d, long r) {
        long left = Math.floorDiv(q - d - w, r) * r;
        long right = d == 0 ? q : Math.floorDiv(q - d, r) * r;
        return events.stream().filter(e -> left < e.time() && e.time() <= right).toList();
    }

    static double value(String operation, List<Thing> events) {
        List<BigDecimal> amounts =
                events.stream().map(Thing::amount).filter(Objects::nonNull).toList();
        List<Long> sizes =
                events.stream().map(Thing::size).filter(Objects::nonNull).toList();
        List<Boolean> flags =
                events.stream().map(Thing::flag).filter(Objects::nonNull).toList();
        return switch (operation) {
            case "count" -> events.size();
            case "big" ->
                amounts.stream().filter(a -> a.compareTo(BigDecimal.TEN) > 0).count();
            case "part" ->
                flags.isEmpty()
                        ? Double.NaN
                        : (double) flags.stream().filter(f -> f).count() / flags.size();
            case "sum" -> cents(amounts).doubleValue() / 100;
            case "mean" -> amounts.isEmpty() ? Double.NaN : cents(amounts).doubleValue() / (amounts.size() * 100.0);
            case "min" ->
                amounts.stream()
                        .min(BigDecimal::compareTo)
                        .map(BigDecimal::doubleValue)
                        .orElse(Double.NaN);
            case "max" ->
                sizes.stream().max(Long::compare).map(Long::doubleValue).orElse(-1.0);
            case "var" -> variance(sizes.stream().map(BigInteger::valueOf).toList(), 1);
            case "std" ->
                Math.sqrt(
                        variance(amounts.stream().map(BigDecimal::unscaledValue).toList(), 100));
            default -> throw new IllegalArgumentException(operation);
        };
    }

    private static BigInteger cents(List<BigDecimal> amounts) {
        return amounts.stream().map(BigDecimal::unscaledValue).reduce(BigInteger.ZERO, BigInteger::add);
    }

    private static double variance(List<BigInteger> values, double unit) {
        if (values.size() < 2) {
            return Double.NaN;
        }
        BigInteger n = BigInteger.valueOf(values.size());
        BigInteger sum = values.stream().reduce(BigInteger.ZERO, BigInteger::add);
        BigInteger squares = values.stream().map(v -> v.multiply(v)).reduce(BigInteger.ZERO, BigInteger::add);
        double spread = n.multiply(squares).subtract(sum.multiply(sum)).doubleValue();
        return spread / ((double) values.size() * (values.size() - 1)) / (unit * unit);
    }

    /** The highest revision of each label. */
    static Collection<Mark> current(Collection<Mark> marks) {
        Map<String, Mark> highest = new HashMap<>();
        for (Mark mark : marks) {
            highest.merge(mark.time() + mark.id(), mark, (a, b) -> a.revision() >= b.revision() ? a : b);
        }
        return highest.values();
    }
}

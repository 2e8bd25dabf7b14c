package dev.millrace.feature;

import com.google.common.hash.Hashing;
import dev.millrace.feature.Things.Thing;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Brute force for the views named {@code rich…}: every operation and kind of window, from the raw events alone. Knows
 * nothing of blocks, tiles that were merged, or sketches.
 *
 * @param events of the entity
 * @param at the moment of reading
 * @param before whether the events of that very moment are left out
 * @param delay milliseconds
 * @param step the tile width of a window of this width, milliseconds
 */
record RichOracle(Collection<Thing> events, long at, boolean before, long delay, Function<Long, Long> step) {
    private static final long MINUTE = 60_000;
    private static final Comparator<Thing> ORDER =
            Comparator.comparingLong(Thing::time).thenComparingLong(thing -> farm(thing.id()));

    private static long farm(String text) {
        return Hashing.farmHashFingerprint64()
                .hashString(text, StandardCharsets.UTF_8)
                .asLong();
    }

    double value(String feature) {
        return switch (feature) {
            case "skew_1m" -> skew(sizes(window(MINUTE)));
            case "skew_10m" -> skew(sizes(window(10 * MINUTE)));
            case "kurt_1m" -> kurtosis(sizes(window(MINUTE)));
            case "kurt_10m" -> kurtosis(sizes(window(10 * MINUTE)));
            case "first_1m" -> first(sizes(window(MINUTE)));
            case "first_lifetime" -> first(sizes(lifetime(right(1))));
            case "last_1m" -> back(amounts(previous(window(MINUTE))), 0, 100);
            case "latest_1_10m" -> back(sizes(previous(window(10 * MINUTE))), 0, 1);
            case "latest_2_10m" -> back(sizes(previous(window(10 * MINUTE))), 1, 1);
            case "latest_3_10m" -> back(sizes(previous(window(10 * MINUTE))), 2, 1);
            case "colour" -> colour();
            case "friends_1m" -> distinct(window(MINUTE));
            case "friends_lifetime" -> distinct(lifetime(right(1)));
            case "middle_p50_10m" -> percentile(window(10 * MINUTE), 0.5);
            case "middle_p95_10m" -> percentile(window(10 * MINUTE), 0.95);
            case "bins_to_0_10m" -> bin(window(10 * MINUTE), Long.MIN_VALUE, 0);
            case "bins_to_5_10m" -> bin(window(10 * MINUTE), 0, 5);
            case "bins_above_5_10m" -> bin(window(10 * MINUTE), 5, Long.MAX_VALUE);
            case "top_1_10m" -> top(0);
            case "top_2_10m" -> top(1);
            case "top_other_10m" -> top(-1);
            case "pace_1m" -> window(MINUTE).size() / 60.0;
            case "since" -> since();
            case "red_10m" -> cents(window(10 * MINUTE).stream().filter(t -> "RED".equals(t.colour())));
            case "each_RED_10m" -> coloured("RED");
            case "each_GREEN_10m" -> coloured("GREEN");
            case "visit_session_10s" -> cents(session().stream());
            case "fading_decay_30s" -> decayed(thing -> BigInteger.ONE);
            case "worth_decay_30s" -> decayed(thing -> thing.size() == null ? null : BigInteger.valueOf(thing.size()));
            case "ever_lifetime" ->
                sizes(lifetime(right(1))).stream()
                        .reduce(BigInteger.ZERO, BigInteger::add)
                        .doubleValue();
            case "product_1m" -> product();
            default -> throw new IllegalArgumentException(feature);
        };
    }

    private long right(long width) {
        long tile = step.apply(width);
        long right = delay == 0 ? at : Math.floorDiv(at - delay, tile) * tile;
        return before ? Math.min(right, at - 1) : right;
    }

    /** In order. */
    private List<Thing> between(long left, long right) {
        return events.stream()
                .filter(thing -> left < thing.time() && thing.time() <= right)
                .sorted(ORDER)
                .toList();
    }

    private List<Thing> window(long width) {
        long tile = step.apply(width);
        return between(Math.floorDiv(at - delay - width, tile) * tile, right(width));
    }

    private List<Thing> lifetime(long right) {
        return between(Long.MIN_VALUE, right);
    }

    /** Without those of the moment of reading. */
    private List<Thing> previous(List<Thing> window) {
        return window.stream().filter(thing -> thing.time() < at).toList();
    }

    private static List<BigInteger> sizes(List<Thing> things) {
        return things.stream()
                .map(Thing::size)
                .filter(Objects::nonNull)
                .map(BigInteger::valueOf)
                .toList();
    }

    private static List<BigInteger> amounts(List<Thing> things) {
        return things.stream()
                .map(Thing::amount)
                .filter(Objects::nonNull)
                .map(BigDecimal::unscaledValue)
                .toList();
    }

    private static double first(List<BigInteger> values) {
        return values.isEmpty() ? Double.NaN : values.getFirst().doubleValue();
    }

    private static double back(List<BigInteger> values, int back, double unit) {
        int place = values.size() - 1 - back;
        return place < 0 ? Double.NaN : values.get(place).doubleValue() / unit;
    }

    /** {@code n^k} times the central moment: {@code Σ (n·x − Σx)^k ÷ n}, a whole number. */
    private static BigInteger moment(List<BigInteger> values, int k) {
        BigInteger n = BigInteger.valueOf(values.size());
        BigInteger sum = values.stream().reduce(BigInteger.ZERO, BigInteger::add);
        return values.stream()
                .map(x -> n.multiply(x).subtract(sum).pow(k))
                .reduce(BigInteger.ZERO, BigInteger::add)
                .divide(n);
    }

    private static double skew(List<BigInteger> values) {
        double n = values.size();
        if (n < 3 || moment(values, 2).signum() == 0) {
            return Double.NaN;
        }
        double spread = moment(values, 2).doubleValue();
        return moment(values, 3).doubleValue() / (spread * Math.sqrt(spread)) * Math.sqrt(n * (n - 1)) / (n - 2);
    }

    private static double kurtosis(List<BigInteger> values) {
        double n = values.size();
        if (n < 4 || moment(values, 2).signum() == 0) {
            return Double.NaN;
        }
        double spread = moment(values, 2).doubleValue();
        double excess = moment(values, 4).doubleValue() / (spread * spread) - 3;
        return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6);
    }

    private double colour() {
        List<Thing> coloured = previous(lifetime(right(1))).stream()
                .filter(thing -> thing.colour() != null)
                .toList();
        return coloured.isEmpty()
                ? Double.NaN
                : List.of("RED", "GREEN").indexOf(coloured.getLast().colour());
    }

    private static double distinct(List<Thing> window) {
        List<Long> hashes = window.stream()
                .map(Thing::partner)
                .filter(Objects::nonNull)
                .map(partner -> farm(partner) >>> 1)
                .distinct()
                .sorted()
                .toList();
        return hashes.size() <= 16 ? hashes.size() : 16 / (hashes.get(16) * 0x1.0p-63);
    }

    private static double percentile(List<Thing> window, double part) {
        List<BigInteger> sorted = amounts(window).stream().sorted().toList();
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        double exact = sorted.get(Math.max(1, (int) Math.ceil(part * sorted.size())) - 1)
                .doubleValue();
        if (exact == 0) {
            return 0;
        }
        double logGamma = StrictMath.log(1.02 / 0.98);
        double bucket = StrictMath.ceil(StrictMath.log(Math.abs(exact)) / logGamma);
        double middle = Math.copySign(StrictMath.exp(bucket * logGamma) * 0.98, exact);
        assertClose(middle, exact);
        return middle / 100;
    }

    private static void assertClose(double found, double exact) {
        if (Math.abs(found - exact) > Math.abs(exact) * 0.0200001) {
            throw new AssertionError(found + " is further than 2 % from " + exact);
        }
    }

    private static double bin(List<Thing> window, long above, long upTo) {
        List<Long> sizes =
                window.stream().map(Thing::size).filter(Objects::nonNull).toList();
        return sizes.stream().filter(size -> above < size && size <= upTo).count();
    }

    private double top(int place) {
        Map<String, Long> counts = window(10 * MINUTE).stream()
                .map(Thing::partner)
                .filter(Objects::nonNull)
                .collect(Collectors.groupingBy(partner -> partner, Collectors.counting()));
        List<String> counted = counts.keySet().stream()
                .sorted(Comparator.comparingLong(partner -> farm(partner) >>> 1))
                .limit(4)
                .toList();
        if (place < 0) {
            return counts.values().stream().mapToLong(Long::longValue).sum()
                    - counted.stream().mapToLong(counts::get).sum();
        }
        List<Long> sorted = counted.stream()
                .map(counts::get)
                .sorted(Comparator.reverseOrder())
                .toList();
        return place < sorted.size() ? sorted.get(place) : 0;
    }

    private double since() {
        List<Thing> past = previous(lifetime(right(1)));
        return past.isEmpty() ? Double.NaN : (at - past.getLast().time()) / 1000.0;
    }

    private static double cents(java.util.stream.Stream<Thing> things) {
        return amounts(things.toList()).stream()
                        .reduce(BigInteger.ZERO, BigInteger::add)
                        .doubleValue()
                / 100;
    }

    private double coloured(String colour) {
        return window(10 * MINUTE).stream()
                .filter(t -> colour.equals(t.colour()))
                .count();
    }

    private List<Thing> session() {
        long tile = Math.min(step.apply(5 * MINUTE), 10_000);
        long right = delay == 0 ? at : Math.floorDiv(at - delay, tile) * tile;
        right = before ? Math.min(right, at - 1) : right;
        long left = Math.floorDiv(at - delay - 5 * MINUTE, tile) * tile;
        List<Thing> run = new ArrayList<>();
        long next = right;
        for (Thing thing : between(left, right).reversed()) {
            if (next - thing.time() > 10_000) {
                break;
            }
            run.add(thing);
            next = thing.time();
        }
        return run;
    }

    /** By the tiles of the window, newest first. */
    private double decayed(Function<Thing, BigInteger> worth) {
        long tile = step.apply(10 * MINUTE);
        long right = right(10 * MINUTE);
        Map<Long, List<BigInteger>> tiles = new TreeMap<>(Comparator.reverseOrder());
        for (Thing thing : window(10 * MINUTE)) {
            BigInteger value = worth.apply(thing);
            if (value != null) {
                tiles.computeIfAbsent(Math.floorDiv(thing.time() - 1, tile), number -> new ArrayList<>())
                        .add(value);
            }
        }
        double[] sum = {0};
        tiles.forEach((number, values) -> {
            long age = right - Math.min((number + 1) * tile, right);
            sum[0] += values.stream().reduce(BigInteger.ZERO, BigInteger::add).doubleValue()
                    * StrictMath.pow(2, -age / 30_000.0);
        });
        return sum[0];
    }

    private double product() {
        return window(MINUTE).stream()
                .filter(thing -> thing.amount() != null && thing.amount().signum() >= 0)
                .map(thing -> Math.floorMod(Math.floorDiv(thing.time(), 3_600_000L), 24L)
                        + Math.sqrt(thing.amount().doubleValue()))
                .map(number -> new BigDecimal(number).setScale(2, RoundingMode.HALF_EVEN))
                .max(Comparator.naturalOrder())
                .map(most -> most.unscaledValue().doubleValue() / 100)
                .orElse(Double.NaN);
    }
}

package dev.millrace.bench;

import org.jspecify.annotations.Nullable;

/**
 * One measured number of a benchmark.
 *
 * @param target what was aimed for; null where nothing was, and of a peer's number
 * @param met whether the value reaches it
 */
public record Figure(
        String name, double value, String unit, @Nullable Double target, boolean met) {
    public static Figure atLeast(String name, double value, String unit, double target) {
        return new Figure(name, value, unit, target, value >= target);
    }

    public static Figure atMost(String name, double value, String unit, double target) {
        return new Figure(name, value, unit, target, value <= target);
    }

    /** Nothing was aimed for. */
    public static Figure plain(String name, double value, String unit) {
        return new Figure(name, value, unit, null, true);
    }

    /** Only to compare with. */
    public static Figure peer(String peer, String name, double value, String unit) {
        return new Figure("peer_" + peer + "_" + name, value, unit, null, true);
    }
}

package dev.millrace.bench;

/**
 * One measured number of a benchmark.
 *
 * @param target what was aimed for
 * @param met whether the value reaches it
 */
record Figure(String name, double value, String unit, double target, boolean met) {
    static Figure atLeast(String name, double value, String unit, double target) {
        return new Figure(name, value, unit, target, value >= target);
    }

    static Figure atMost(String name, double value, String unit, double target) {
        return new Figure(name, value, unit, target, value <= target);
    }
}

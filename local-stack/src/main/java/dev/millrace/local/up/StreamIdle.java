package dev.millrace.local.up;

import dev.millrace.local.process.Condition;
import dev.millrace.local.process.Network;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The stream has read all that is in its topics, and the lake has it: its own metrics {@code kafka_consumer_lag} and {@code
 * lake_lag} are there and 0 everywhere, now and a while later (what has just been written may not be counted yet).
 */
public final class StreamIdle implements Condition {
    private static final List<String> LAGS = List.of("kafka_consumer_lag", "lake_lag");
    private static final long WHILE = Duration.ofSeconds(3).toNanos();

    private final String metricsUrl;
    private long idleSince;

    public StreamIdle(String metricsUrl) {
        this.metricsUrl = metricsUrl;
    }

    @Override
    public boolean holds() {
        Optional<String> metrics = Network.body(metricsUrl);
        if (metrics.isEmpty() || !isIdle(metrics.get())) {
            idleSince = 0;
            return false;
        }
        long now = System.nanoTime();
        if (idleSince == 0) {
            idleSince = now;
        }
        return now - idleSince >= WHILE;
    }

    /** Whether there is at least one lag of each kind, and none is above 0. */
    static boolean isIdle(String metrics) {
        return LAGS.stream().allMatch(lag -> isZero(lag, metrics));
    }

    private static boolean isZero(String lag, String metrics) {
        List<String> lags = metrics.lines().filter(line -> line.startsWith(lag)).toList();
        return !lags.isEmpty()
                && lags.stream()
                        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                        .allMatch(value -> Double.parseDouble(value) <= 0);
    }
}

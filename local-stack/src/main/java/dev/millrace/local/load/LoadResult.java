package dev.millrace.local.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What came of a run.
 *
 * @param latency of answers, microseconds
 * @param perSecond answers with 200
 * @param statuses how many answers had each
 * @param broken requests whose connection broke, or that were not answered at all
 */
public record LoadResult(Histogram latency, double perSecond, Map<Integer, Long> statuses, long broken) {

    public LoadResult {
        statuses = Map.copyOf(statuses);
    }

    /** Milliseconds that so many percent of the answers took at most. */
    public double millis(double percent) {
        return latency.getValueAtPercentile(percent) / 1e3;
    }

    /** Requests that were not answered with 200. */
    public long errors() {
        return broken
                + statuses.entrySet().stream()
                        .filter(status -> status.getKey() != 200)
                        .mapToLong(Map.Entry::getValue)
                        .sum();
    }

    /** Counts while a run goes on. Not thread-safe. */
    static final class Tally {
        private final Histogram latency = new Histogram(TimeUnit.MINUTES.toMicros(2), 3);
        private final Map<Integer, Long> statuses = new TreeMap<>();
        private long answered;
        private long broken;

        void answered(int status, long nanos) {
            answered++;
            statuses.merge(status, 1L, Long::sum);
            latency.recordValue(Math.min(nanos / 1_000, latency.getHighestTrackableValue()));
        }

        void broken() {
            broken++;
        }

        void unanswered(long requests) {
            broken += requests;
        }

        long ended() {
            return answered + broken;
        }

        LoadResult result(long nanos) {
            return new LoadResult(latency, statuses.getOrDefault(200, 0L) * 1e9 / nanos, statuses, broken);
        }
    }
}

package dev.millrace.training.evaluation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Splits that never look ahead: every row that is trained on is earlier than every row that is tested on, by at least a gap:
 * the time after which a row's label is known. Rows of one instant stay on one side.
 */
public final class TimeSplits {

    /** Rows in the order of time. */
    private final int[] order;

    private final long[] times;

    private TimeSplits(int[] order, long[] times) {
        this.order = order;
        this.times = times;
    }

    /** Splits of rows with these event times (epoch milliseconds), in any order. */
    public static TimeSplits of(long[] times) {
        return of(times, IntStream.range(0, times.length).toArray());
    }

    /** Splits of some of the rows with these event times. */
    public static TimeSplits of(long[] times, int[] rows) {
        int[] order = IntStream.of(rows)
                .boxed()
                .sorted(Comparator.comparingLong(row -> times[row]))
                .mapToInt(Integer::intValue)
                .toArray();
        return new TimeSplits(order, times.clone());
    }

    /** The first share of the rows to train on, the rest to test on. */
    public Split holdOut(double share, Duration gap) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("expected a share between 0 and 1, but came " + share);
        }
        return split(boundary((int) Math.round(order.length * share)), order.length, gap);
    }

    /**
     * Forward chaining: the rows are cut into {@code folds + 1} blocks by time; each block but the first is tested on once, after
     * training on what came before it. A fold without rows to train or test on is left out.
     */
    public List<Split> forwardChaining(int folds, Duration gap) {
        if (folds < 1) {
            throw new IllegalArgumentException("expected at least 1 fold, but came " + folds);
        }
        List<Split> splits = new ArrayList<>();
        for (int fold = 1; fold <= folds; fold++) {
            int from = boundary((int) ((long) order.length * fold / (folds + 1)));
            int to = boundary((int) ((long) order.length * (fold + 1) / (folds + 1)));
            Split split = split(from, to, gap);
            if (split.train().length > 0 && split.test().length > 0) {
                splits.add(split);
            }
        }
        return splits;
    }

    /** The first position at or after this one at which a new instant begins. */
    private int boundary(int position) {
        int at = position;
        while (at > 0 && at < order.length && times[order[at]] == times[order[at - 1]]) {
            at++;
        }
        return at;
    }

    private Split split(int from, int to, Duration gap) {
        int[] test = Arrays.copyOfRange(order, from, Math.max(from, to));
        if (test.length == 0) {
            return new Split(Arrays.copyOf(order, from), test);
        }
        long knownBefore = times[test[0]] - gap.toMillis();
        int trained = from;
        while (trained > 0 && times[order[trained - 1]] > knownBefore) {
            trained--;
        }
        return new Split(Arrays.copyOf(order, trained), test);
    }
}

package dev.millrace.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeSplitsTests {

    @Test
    void noSplitLooksAhead() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            long[] times = random.longs(5 + random.nextInt(200), 0, 300).toArray();
            Duration gap = Duration.ofMillis(random.nextInt(3) * random.nextInt(40));
            TimeSplits splits = TimeSplits.of(times);
            List<Split> folds = splits.forwardChaining(5, gap);
            folds.forEach(fold -> check(fold, times, gap));
            check(splits.holdOut(0.8, gap), times, gap);
            int[] tested = folds.stream()
                    .flatMapToInt(fold -> Arrays.stream(fold.test()))
                    .toArray();
            assertThat(tested).doesNotHaveDuplicates();
        }
    }

    private static void check(Split split, long[] times, Duration gap) {
        for (int train : split.train()) {
            for (int test : split.test()) {
                assertThat(times[train]).isLessThan(times[test]).isLessThanOrEqualTo(times[test] - gap.toMillis());
            }
        }
    }

    @Test
    void withoutTiesAndGapTheSharesAreExact() {
        long[] times = {50, 10, 30, 20, 40, 90, 80, 60, 70, 100};
        Split split = TimeSplits.of(times).holdOut(0.8, Duration.ZERO);
        assertThat(split.train()).containsExactly(1, 3, 2, 4, 0, 7, 8, 6);
        assertThat(split.test()).containsExactly(5, 9);
        List<Split> folds = TimeSplits.of(times).forwardChaining(4, Duration.ZERO);
        assertThat(folds).extracting(fold -> fold.train().length).containsExactly(2, 4, 6, 8);
        assertThat(folds).extracting(fold -> fold.test().length).containsExactly(2, 2, 2, 2);
    }

    @Test
    void aGapLongerThanTheDataLeavesNoFold() {
        assertThat(TimeSplits.of(new long[] {1, 2, 3, 4}).forwardChaining(2, Duration.ofDays(1)))
                .isEmpty();
    }

    @Test
    void refusesAShareThatIsNone() {
        assertThatThrownBy(() -> TimeSplits.of(new long[] {1}).holdOut(1, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a share between 0 and 1, but came 1.0");
        assertThatThrownBy(() -> TimeSplits.of(new long[] {1}).forwardChaining(0, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected at least 1 fold, but came 0");
    }
}

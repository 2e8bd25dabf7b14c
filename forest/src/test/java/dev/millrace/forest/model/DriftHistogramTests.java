package dev.millrace.forest.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriftHistogramTests {

    private static DriftBins.Quantiles quantiles(DriftHistogram histogram) {
        return (DriftBins.Quantiles) histogram.bins();
    }

    /** Each value once: as many in each bin. */
    @Test
    void valuesThatAllDifferAreSpreadEvenly() {
        DriftHistogram histogram = DriftHistogram.of(
                DoubleStream.iterate(0, i -> i + 1).limit(1_000).toArray());
        assertThat(histogram.shares())
                .hasSize(DriftBins.MOST)
                .allSatisfy(share -> assertThat(share).isCloseTo(1.0 / DriftBins.MOST, within(1e-12)));
    }

    /** Least, greatest, or between: what leaves the value that most rows have leaves its bin. */
    @ParameterizedTest
    @ValueSource(doubles = {-1, 0.5, 2})
    void aValueThatMostRowsHaveHasABinOfItsOwn(double most) {
        Random random = new Random(5);
        double[] column = DoubleStream.concat(DoubleStream.generate(() -> most).limit(9_600), random.doubles(400))
                .toArray();
        DriftHistogram histogram = DriftHistogram.of(column);
        List<Double> edges = quantiles(histogram).edges();
        int bin = (int) edges.stream().filter(edge -> edge <= most).count();
        assertThat(histogram.shares().get(bin)).isEqualTo(0.96);
        assertThat(histogram.shares().stream().filter(share -> share > 0)).hasSizeGreaterThan(1);
    }

    @Test
    void soHaveSeveralOfThem() {
        double[] column = DoubleStream.concat(
                        DoubleStream.concat(
                                DoubleStream.generate(() -> 0).limit(500),
                                DoubleStream.generate(() -> 1).limit(300)),
                        DoubleStream.iterate(2, i -> i + 1).limit(200))
                .toArray();
        DriftHistogram histogram = DriftHistogram.of(column);
        assertThat(histogram.shares().subList(0, 2)).containsExactly(0.5, 0.3);
        assertThat(histogram.bins().count()).isLessThanOrEqualTo(DriftBins.MOST);
        assertThat(quantiles(histogram).edges()).isSorted().startsWith(1.0, 2.0);
        assertThat(Arrays.stream(column).max()).hasValue(quantiles(histogram).max());
    }
}

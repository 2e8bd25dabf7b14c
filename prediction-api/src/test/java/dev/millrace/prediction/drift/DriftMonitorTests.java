package dev.millrace.prediction.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.forest.model.DriftBaseline;
import dev.millrace.forest.model.DriftHistogram;
import dev.millrace.forest.model.ShortestDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DriftMonitorTests {

    private static final int TRAINED = 20_000;

    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final InstantSource source = () -> now;
    private final Clock clock = source.withZone(ZoneOffset.UTC);

    /** A normal one with a tenth missing, and one of three values. */
    private static double[] row(Random random, double shift) {
        return new double[] {random.nextInt(10) == 0 ? Double.NaN : random.nextGaussian() + shift, random.nextInt(3)};
    }

    private static DriftBaseline baseline() {
        Random random = new Random(1);
        double[][] rows =
                IntStream.range(0, TRAINED).mapToObj(i -> row(random, 0)).toArray(double[][]::new);
        return new DriftBaseline(
                TRAINED,
                List.of(
                        DriftHistogram.of(IntStream.range(0, TRAINED)
                                .mapToDouble(i -> rows[i][0])
                                .toArray()),
                        DriftHistogram.of(IntStream.range(0, TRAINED)
                                .mapToDouble(i -> rows[i][1])
                                .toArray())),
                DriftHistogram.of(random.doubles(TRAINED).toArray()));
    }

    private DriftMonitor monitor() {
        return new DriftMonitor(List.of("size", "kind"), baseline(), clock);
    }

    private static void observe(DriftMonitor monitor, Random random, int rows, double shift) {
        for (int i = 0; i < rows; i++) {
            monitor.observe(row(random, shift), random.nextDouble());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 1_000, 5_000})
    void withoutDriftTheScoreIsNearZeroAndAShiftRaisesIt(int rows) {
        for (int seed = 0; seed < 20; seed++) {
            double last = -1;
            for (double shift : new double[] {0, 0.5, 1, 2}) {
                DriftMonitor monitor = monitor();
                observe(monitor, new Random(seed), rows, shift);
                List<FeatureDrift> features = monitor.report().features();
                double score = features.getFirst().score();
                assertThat(score)
                        .as("seed %d, shift %s", seed, shift)
                        .isBetween(0.0, 1.0)
                        .isGreaterThan(last);
                last = score;
                assertThat(features.get(1).score()).isLessThan(0.2);
                assertThat(features.get(2).score()).isLessThan(0.2);
                if (shift == 0) {
                    assertThat(score).as("seed %d", seed).isLessThan(0.2);
                }
            }
            assertThat(last).isGreaterThan(0.8);
        }
    }

    @Test
    void psiIsWhatBruteForceGives() {
        DriftMonitor monitor = monitor();
        int[] seen = {300, 100, 50, 30, 20};
        double[] values = {0, 1, 2, Double.NaN, 7};
        for (int i = 0; i < seen.length; i++) {
            for (int j = 0; j < seen[i]; j++) {
                monitor.observe(new double[] {0, values[i]}, 0.5);
            }
        }
        List<Double> shares = baseline().features().get(1).shares();
        double[] trained = {shares.get(0), shares.get(1), shares.get(2), 0, 0};
        double psi = 0;
        for (int i = 0; i < seen.length; i++) {
            double p = (seen[i] + 1.0) / 505;
            double q = (trained[i] * 500 + 1) / 505;
            psi += (p - q) * Math.log(p / q);
        }
        FeatureDrift kind = monitor.report().features().get(1);
        assertThat(kind.psi()).isCloseTo(psi, within(1e-12));
        double above = psi - 2 * (1 / 500.0 + 1.0 / TRAINED);
        assertThat(kind.score()).isCloseTo(1 - Math.exp(-above / 0.25 * Math.log(2)), within(1e-12));
        assertThat(kind.missing()).isEqualTo(0.06);
        assertThat(kind.unknown()).isEqualTo(0.04);
        assertThat(kind.bins()).isEqualTo(3);
    }

    @Test
    void whatIsOutsideOfTrainingIsUnknown() {
        DriftMonitor monitor = monitor();
        for (int i = 0; i < 200; i++) {
            monitor.observe(new double[] {i % 2 == 0 ? 100 : -100, 0.5}, 0.5);
        }
        assertThat(monitor.report().features())
                .extracting(FeatureDrift::unknown)
                .containsExactly(1.0, 1.0, 0.0);
    }

    /** @param digits of the scores' decimals: 1 for ten different ones, 3 for quantiles */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void scoresAsInTrainingAreNoDriftHoweverTheyWereKept(int digits) {
        int different = (int) Math.pow(10, digits);
        float[] scores = new float[1_000];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) (i % different) / different;
        }
        IntToDoubleFunction told = i -> ShortestDecimal.of(scores[i]);
        IntToDoubleFunction kept = i -> scores[i];
        for (IntToDoubleFunction column : List.of(told, kept)) {
            DriftHistogram trained = DriftHistogram.of(
                    IntStream.range(0, scores.length).mapToDouble(column).toArray());
            DriftMonitor monitor =
                    new DriftMonitor(List.of(), new DriftBaseline(scores.length, List.of(), trained), clock);
            for (int i = 0; i < scores.length; i++) {
                monitor.observe(new double[0], told.applyAsDouble(i));
            }
            FeatureDrift drift = monitor.report().features().getFirst();
            assertThat(drift.unknown()).isZero();
            assertThat(drift.psi()).isCloseTo(0, within(1e-12));
            assertThat(drift.score()).isZero();
        }
    }

    @Test
    void belowTheLeastRowsNothingIsSaid() {
        DriftMonitor monitor = monitor();
        observe(monitor, new Random(1), DriftMonitor.LEAST_ROWS - 1, 0);
        assertThat(monitor.report().features())
                .allSatisfy(feature -> assertThat(feature.score()).isNaN());
        observe(monitor, new Random(1), 1, 0);
        assertThat(monitor.report().features())
                .allSatisfy(feature -> assertThat(feature.score()).isFinite());
    }

    @Test
    void theWindowFollowsTheClock() {
        DriftMonitor monitor = monitor();
        observe(monitor, new Random(1), 300, 0);
        now = now.plus(Duration.ofMinutes(30));
        observe(monitor, new Random(1), 200, 0);
        assertThat(monitor.report().rows()).isEqualTo(500);
        now = now.plus(Duration.ofMinutes(29));
        assertThat(monitor.report().rows()).isEqualTo(500);
        now = now.plus(Duration.ofMinutes(1));
        assertThat(monitor.report().rows()).isEqualTo(200);
        observe(monitor, new Random(1), 7, 0);
        assertThat(monitor.report().rows()).isEqualTo(207);
        now = now.plus(Duration.ofHours(3));
        assertThat(monitor.report().rows()).isZero();
    }

    @Test
    void manyObserversLoseNothing() throws Exception {
        DriftMonitor monitor = monitor();
        int threads = 16;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> all = IntStream.range(0, threads)
                    .<Future<?>>mapToObj(i -> pool.submit(() -> observe(monitor, new Random(i), 20_000, 0)))
                    .toList();
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(monitor.report().rows()).isEqualTo(threads * 20_000L);
    }
}

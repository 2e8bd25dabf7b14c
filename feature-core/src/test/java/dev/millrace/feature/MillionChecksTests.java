package dev.millrace.feature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.Things.Thing;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.state.Block;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The promise, counted: of more than a million entities, moments and sets of events, what is served from the stored record, what
 * a training set gets and what brute force says are the same bits.
 */
final class MillionChecksTests {
    private static final List<View> VIEWS =
            List.of(Things.view("exact"), Things.view("relative"), Things.view("coarse"), Things.view("delayed"));
    private static final int ENTITIES = 13_000;
    private static final int EVENTS = 20;
    private static final int MOMENTS = 4;
    private static final long SPAN = 240_000;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void servedIsTrainedIsBruteForce() {
        long checks = IntStream.range(0, ENTITIES)
                .parallel()
                .mapToLong(entity -> checksOf(entity, VIEWS.get(entity % VIEWS.size())))
                .sum();
        System.out.println("served = trained = brute force in " + checks + " checks, 0 differing bits");
        assertThat(checks).isGreaterThanOrEqualTo(1_000_000);
    }

    /** After each arrival, at moments on, beside and between the edges of windows. */
    private static long checksOf(int seed, View view) {
        Random random = new Random(seed);
        List<Thing> arriving = Things.some(random, EVENTS, 1_700_000_000_000L, SPAN);
        arriving.sort(Comparator.comparingLong(thing -> thing.time() + random.nextLong(SPAN / 4)));
        FeatureHistory training = new FeatureHistory(view);
        Block online = view.shape().empty();
        List<Thing> known = new ArrayList<>();
        long checks = 0;
        for (Thing thing : arriving) {
            online.fold(thing.in(view));
            training.fold("me", thing.in(view));
            if (random.nextInt(10) == 0) {
                online.fold(thing.in(view));
                training.fold("me", thing.in(view));
            }
            known.add(thing);
            Block served = stored(view, online);
            for (int i = 0; i < MOMENTS; i++) {
                long at = moment(random, view, known, online);
                long[] brute = bits(bruteForce(view, known, at));
                assertThat(bits(view.read(served, at)))
                        .as("served, %s at %d", view, at)
                        .containsExactly(brute);
                assertThat(bits(view.read(training.at("me", at), at)))
                        .as("trained, %s at %d", view, at)
                        .containsExactly(brute);
                checks++;
            }
        }
        return checks;
    }

    private static Block stored(View view, Block block) {
        return OnlineRecord.read(
                        view, Map.of(OnlineKeys.BLOCK, block.toServedBytes()).entrySet(), Things::noOlder)
                .block();
    }

    private static long moment(Random random, View view, List<Thing> known, Block block) {
        Window window =
                view.features().get(random.nextInt(view.features().size())).window();
        long edge = known.get(random.nextInt(known.size())).time()
                + window.delay()
                + (random.nextBoolean() ? ((Window.Sliding) window).width() : 0)
                + random.nextInt(3)
                - 1;
        return Math.max(edge, block.newest() - random.nextLong(view.shape().horizon() + 1));
    }

    private static double[] bruteForce(View view, List<Thing> known, long at) {
        return view.features().stream()
                .mapToDouble(feature -> {
                    Window window = feature.window();
                    return Oracle.value(
                            feature.name().substring(0, feature.name().indexOf('_')),
                            Oracle.window(known, at, ((Window.Sliding) window).width(), window.delay(), window.step()));
                })
                .toArray();
    }

    private static long[] bits(double[] values) {
        long[] bits = new long[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Double.doubleToLongBits(values[i]);
        }
        return bits;
    }
}

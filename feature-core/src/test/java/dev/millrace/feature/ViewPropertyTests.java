package dev.millrace.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.feature.Things.Mark;
import dev.millrace.feature.Things.Thing;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.Block.Outcome;
import dev.millrace.feature.state.ProjectedEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever happens to the events on their way, a block says what brute force says, to the last bit. */
final class ViewPropertyTests {
    private static final List<String> VIEWS = List.of("exact", "relative", "coarse", "delayed");
    private static final long DUPLICATES = 300_000;

    private static Block fold(View view, List<Thing> things, Random restarts) {
        Block block = view.shape().empty();
        for (Thing thing : things) {
            ProjectedEvent event = thing.in(view);
            block.fold(ProjectedEvent.fromBytes(event.toBytes(), view.inputs()));
            if (restarts.nextInt(6) == 0) {
                block = view.shape().read(block.toBytes());
            }
        }
        return block;
    }

    /** Within the duplicate horizon, any order and repetition. */
    private static List<Thing> shuffledWithRepetitions(List<Thing> things, Random random) {
        List<Thing> sent = new ArrayList<>(things);
        for (Thing thing : things) {
            if (random.nextInt(4) == 0) {
                sent.add(thing);
            }
        }
        Collections.shuffle(sent, random);
        return sent;
    }

    private static void assertReadsAsBruteForce(View view, Block block, List<Thing> things, long at) {
        assertReadsAsBruteForce(view, view.read(block, at), things, at);
        assertReadsAsBruteForce(
                view,
                view.readBefore(block, at),
                things.stream().filter(thing -> thing.time() < at).toList(),
                at);
    }

    private static void assertReadsAsBruteForce(View view, double[] read, List<Thing> things, long at) {
        for (int i = 0; i < read.length; i++) {
            Feature feature = view.features().get(i);
            Window w = feature.window();
            List<Thing> window = Oracle.window(things, at, ((Window.Sliding) w).width(), w.delay(), w.step());
            double expected =
                    Oracle.value(feature.name().substring(0, feature.name().indexOf('_')), window);
            assertThat(Double.doubleToLongBits(read[i]))
                    .as(
                            "%s.%s at %d: %s, brute force %s over %s",
                            view.name(), feature.name(), at, read[i], expected, window)
                    .isEqualTo(Double.doubleToLongBits(expected));
        }
    }

    @Property(tries = 150)
    void anyOrderGivesTheSameBytesAndWhatBruteForceGives(@ForAll long seed) {
        Random random = new Random(seed);
        long start = random.nextBoolean() ? 1_700_000_000_000L : -90_000;
        List<Thing> things = Things.some(random, 1 + random.nextInt(60), start, DUPLICATES - 60_010);
        long newest = things.stream().mapToLong(Thing::time).max().orElseThrow();
        for (String name : VIEWS) {
            View view = Things.view(name);
            Block block = fold(view, shuffledWithRepetitions(things, random), random);
            Block again = fold(view, shuffledWithRepetitions(things, random), random);
            assertThat(again.toBytes()).as(name).isEqualTo(block.toBytes());
            assertThat(block.newest()).isEqualTo(newest);
            for (long at : moments(random, things, newest)) {
                assertThat(view.answers(block, at)).isTrue();
                assertReadsAsBruteForce(view, block, things, at);
            }
        }
    }

    /** As it was read back from what is served, whatever arrives there once more. */
    @Property(tries = 100)
    void whatIsServedSaysTheSame(@ForAll long seed) {
        Random random = new Random(seed);
        List<Thing> things = Things.some(random, 1 + random.nextInt(80), 1_700_000_000_000L, DUPLICATES - 60_010);
        long newest = things.stream().mapToLong(Thing::time).max().orElseThrow();
        for (String name : List.of("exact", "relative", "coarse", "delayed", "rich", "rich_coarse", "rich_delayed")) {
            View view = Things.view(name);
            Block block = fold(view, shuffledWithRepetitions(things, random), random);
            byte[] stored = block.toServedBytes();
            Block served = view.shape().read(stored);
            assertThat(served.toBytes()).as(name).isEqualTo(stored);
            assertThat(fold(view, shuffledWithRepetitions(things, random), random)
                            .toServedBytes())
                    .as(name)
                    .isEqualTo(stored);
            for (Thing thing : things) {
                assertThat(served.fold(thing.in(view)))
                        .isEqualTo(
                                thing.time() < newest - view.shape().horizon() ? Outcome.TOO_LATE : Outcome.DUPLICATE);
            }
            for (long at : moments(random, things, newest)) {
                assertThat(view.read(served, at)).as(name).isEqualTo(view.read(block, at));
                Thing scored = new Thing("scored" + at, at, new BigDecimal("7.10"), 3L, true);
                assertThat(readWith(view, stored, scored)).as(name).isEqualTo(readWith(view, block.toBytes(), scored));
            }
        }
    }

    private static double[] readWith(View view, byte[] stored, Thing scored) {
        Block block = view.shape().read(stored);
        assertThat(block.fold(scored.in(view))).isEqualTo(Outcome.FOLDED);
        return view.read(block, scored.time());
    }

    private static void assertReadsAsRichOracle(View view, Block block, List<Thing> things, long at) {
        for (boolean before : new boolean[] {false, true}) {
            double[] read = before ? view.readBefore(block, at) : view.read(block, at);
            RichOracle oracle = new RichOracle(
                    things,
                    at,
                    before,
                    view.definition().delay().toMillis(),
                    width -> view.definition().resolution().millisFor(Duration.ofMillis(width)));
            for (int i = 0; i < read.length; i++) {
                String feature = view.features().get(i).name();
                double expected = oracle.value(feature);
                assertThat(Double.doubleToLongBits(read[i]))
                        .as(
                                "%s.%s %s %d: %s, brute force %s over %s",
                                view.name(), feature, before ? "before" : "at", at, read[i], expected, things)
                        .isEqualTo(Double.doubleToLongBits(expected));
            }
        }
    }

    @Property(tries = 120)
    void everyOperationAndWindowIsBruteForceInAnyOrder(@ForAll long seed) {
        Random random = new Random(seed);
        long start = random.nextBoolean() ? 1_700_000_000_000L : -90_000;
        List<Thing> things = Things.some(random, 1 + random.nextInt(80), start, DUPLICATES - 60_010);
        long newest = things.stream().mapToLong(Thing::time).max().orElseThrow();
        for (String name : List.of("rich", "rich_coarse", "rich_relative", "rich_delayed")) {
            View view = Things.view(name);
            Block block = fold(view, shuffledWithRepetitions(things, random), random);
            Block again = fold(view, shuffledWithRepetitions(things, random), random);
            assertThat(again.toBytes()).as(name).isEqualTo(block.toBytes());
            for (long at : moments(random, things, newest)) {
                assertReadsAsRichOracle(view, block, things, at);
            }
        }
    }

    /** However the events are split, and in whatever order the parts are merged. */
    @Property(tries = 100)
    void mergedPartsAreTheWhole(@ForAll long seed) {
        Random random = new Random(seed);
        List<Thing> things = Things.some(random, 1 + random.nextInt(80), 1_700_000_000_000L, DUPLICATES - 60_010);
        for (String name : List.of("exact", "coarse", "rich", "rich_coarse", "rich_relative", "rich_delayed")) {
            View view = Things.view(name);
            List<List<Thing>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            things.forEach(thing -> parts.get(random.nextInt(parts.size())).add(thing));
            Block merged = view.shape().empty();
            parts.forEach(part -> merged.merge(fold(view, shuffledWithRepetitions(part, random), random)));
            assertThat(merged.toBytes())
                    .as(name)
                    .isEqualTo(fold(view, things, random).toBytes());
        }
        View labelled = Things.view("labelled");
        Block whole = labelled.shape().empty();
        Block left = labelled.shape().empty();
        Block right = labelled.shape().empty();
        for (int i = 0; i < 40; i++) {
            Mark mark = new Mark("id" + i, 1_000_000L + i * 999L, 0, random.nextInt(2));
            whole.fold(mark.in(labelled));
            (random.nextBoolean() ? left : right).fold(mark.in(labelled));
        }
        left.merge(right);
        assertThat(left.toBytes()).isEqualTo(whole.toBytes());
    }

    @Example
    void blocksThatShareAnEventAreNotMerged() {
        View view = Things.view("exact");
        Thing thing = new Thing("x", 1000, null, 1L, true);
        Block block = view.shape().empty();
        block.fold(thing.in(view));
        Block other = view.shape().empty();
        other.fold(thing.in(view));
        assertThatThrownBy(() -> block.merge(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Expected blocks of different events; both have one at 1000");
    }

    @Property(tries = 60)
    void everyOperationStaysBruteForceOverALongTime(@ForAll long seed) {
        Random random = new Random(seed);
        List<Thing> things = Things.some(random, 120, 0, 4_000_000);
        things.sort((a, b) -> Long.compare(a.time(), b.time()));
        for (String name : List.of("rich", "rich_coarse", "rich_relative", "rich_delayed")) {
            View view = Things.view(name);
            Block block = view.shape().empty();
            List<Thing> taken = new ArrayList<>();
            for (Thing thing : things) {
                block.fold(thing.in(view));
                taken.add(thing);
                if (random.nextInt(8) == 0) {
                    block = view.shape().read(block.toBytes());
                    assertReadsAsRichOracle(view, block, taken, block.newest() - random.nextInt(60_001));
                    assertReadsAsRichOracle(view, block, taken, block.newest() + random.nextInt(700_000));
                }
            }
        }
    }

    /** Every edge at which a window changes, and a few moments beside. */
    private static List<Long> moments(Random random, List<Thing> things, long newest) {
        List<Long> moments = new ArrayList<>(List.of(newest, newest - 60_000, newest + 1, newest + 3_600_000));
        for (int i = 0; i < 12; i++) {
            Thing thing = things.get(random.nextInt(things.size()));
            long[] offsets = {0, 1000, 60_000, 180_000, 240_000, 600_000};
            long at = thing.time() + offsets[random.nextInt(offsets.length)] + random.nextInt(3) - 1;
            moments.add(Math.max(at, newest - 60_000));
        }
        return moments;
    }

    @Property(tries = 100)
    void overALongTimeAndWithLateEventsItCountsWhatItTook(@ForAll long seed) {
        Random random = new Random(seed);
        List<Thing> things = Things.some(random, 80, 0, 4_000_000);
        things.sort((a, b) -> Long.compare(a.time(), b.time()));
        List<Thing> sent = new ArrayList<>(things);
        for (int i = 0; i < sent.size(); i++) {
            Collections.swap(sent, i, Math.min(sent.size() - 1, i + random.nextInt(8)));
        }
        sent.addAll(random.nextInt(sent.size()), things.subList(0, 10));
        for (String name : VIEWS) {
            View view = Things.view(name);
            FeatureHistory history = new FeatureHistory(view);
            Block block = view.shape().empty();
            Set<Thing> taken = new HashSet<>();
            long newest = Long.MIN_VALUE;
            for (Thing thing : sent) {
                Outcome outcome = block.fold(thing.in(view));
                assertThat(history.fold("me", thing.in(view))).isEqualTo(outcome);
                boolean late = newest != Long.MIN_VALUE && thing.time() <= newest - DUPLICATES;
                assertThat(outcome)
                        .isEqualTo(late ? Outcome.TOO_LATE : taken.add(thing) ? Outcome.FOLDED : Outcome.DUPLICATE);
                newest = Math.max(newest, thing.time());
                assertReadsAsBruteForce(view, block, List.copyOf(taken), newest - random.nextInt(60_001));
                long past = newest - random.nextInt(1_000_000);
                assertReadsAsBruteForce(view, history.at("me", past), List.copyOf(taken), past);
            }
        }
    }

    @Property(tries = 100)
    void ofLabelsTheHighestRevisionCounts(@ForAll long seed) {
        Random random = new Random(seed);
        View view = Things.view("labelled");
        List<Mark> marks = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int event = random.nextInt(25);
            marks.add(new Mark("id" + event, 1_000_000L + event * 9_999L, random.nextInt(3), random.nextInt(2)));
        }
        // Two labels of one revision that contradict each other have no right answer: keep the first of each.
        Set<String> seen = new HashSet<>();
        marks.removeIf(mark -> !seen.add(mark.id() + "/" + mark.revision()));
        Block block = view.shape().empty();
        marks.forEach(mark -> block.fold(mark.in(view)));
        List<Mark> shuffled = new ArrayList<>(marks);
        shuffled.addAll(marks);
        Collections.shuffle(shuffled, random);
        Block again = view.shape().empty();
        for (Mark mark : shuffled) {
            again.fold(mark.in(view));
            again = view.shape().read(again.toBytes());
        }
        assertThat(again.toBytes()).isEqualTo(block.toBytes());
        Block served = view.shape().read(block.toServedBytes());
        for (int i = 0; i < 20; i++) {
            long at = block.newest() + random.nextInt(700_000);
            double[] read = view.read(block, at);
            assertThat(view.read(served, at)).isEqualTo(read);
            for (int f = 0; f < read.length; f++) {
                Feature feature = view.features().get(f);
                List<Mark> window = Oracle.current(marks).stream()
                        .filter(mark -> feature.window().left(at) < mark.time() && mark.time() <= at - 60_000)
                        .toList();
                double positive =
                        window.stream().filter(mark -> mark.value() == 1).count();
                double expected = feature.name().startsWith("true_count")
                        ? positive
                        : feature.name().startsWith("true_share")
                                ? window.isEmpty() ? Double.NaN : positive / window.size()
                                : window.size();
                assertThat(Double.valueOf(read[f])).as(feature.name()).isEqualTo(Double.valueOf(expected));
            }
        }
    }

    @Property(tries = 60)
    void tumblingWindowsAreClosedOnTheLeft(@ForAll long seed) {
        Random random = new Random(seed);
        View view = Things.view("minutes");
        List<Thing> things = Things.some(random, 50, 600_000, DUPLICATES - 60_010);
        Block block = fold(view, shuffledWithRepetitions(things, random), random);
        for (Thing thing : things) {
            long start = Math.floorDiv(thing.time(), 60_000) * 60_000;
            assertThat(view.tumblingStart(thing.in(view))).isEqualTo(start);
            List<Thing> window = things.stream()
                    .filter(e -> start <= e.time() && e.time() < start + 60_000)
                    .toList();
            assertThat(view.readTumbling(block, start))
                    .containsExactly(
                            Oracle.value("count", window), Oracle.value("mean", window), Oracle.value("std", window));
        }
        View labels = Things.view("minute_labels");
        Block marked = labels.shape().empty();
        marked.fold(new Mark("a", 60_000, 0, 1).in(labels));
        marked.fold(new Mark("b", 119_999, 0, 1).in(labels));
        marked.fold(new Mark("c", 120_000, 0, 1).in(labels));
        assertThat(labels.readTumbling(marked, 60_000)).containsExactly(2);
    }

    /** 10⁵ events in its windows, then nothing for a year, then one, then one from far ahead: late ones are refused. */
    @Example
    void aBusyEntityThenAnIdleOneStaysBruteForce() {
        Random random = new Random(8);
        long start = 1_700_000_000_000L;
        List<Thing> things = Things.some(random, 100_000, start, DUPLICATES - 60_010);
        things.sort(Comparator.comparingLong(thing -> thing.time() + random.nextInt(3_000)));
        for (String name : List.of("exact", "coarse")) {
            View view = Things.view(name);
            List<Thing> known = new ArrayList<>(things);
            Block block = fold(view, things, new Random(9) {
                @Override
                public int nextInt(int bound) {
                    return super.nextInt(20_000);
                }
            });
            long newest = things.stream().mapToLong(Thing::time).max().orElseThrow();
            for (int i = 0; i < 5; i++) {
                assertReadsAsBruteForce(view, block, known, newest + random.nextInt(700_000) - 60_000);
            }
            for (long later : new long[] {
                newest + Duration.ofDays(365).toMillis(),
                newest + Duration.ofDays(80_000).toMillis()
            }) {
                Thing next = new Thing("after" + later, later, new java.math.BigDecimal("1.00"), 1L, true);
                assertThat(block.fold(next.in(view))).isEqualTo(Outcome.FOLDED);
                known.add(next);
                assertReadsAsBruteForce(view, block, known, later);
                assertReadsAsBruteForce(view, block, known, later + 1);
                assertThat(block.fold(things.getFirst().in(view))).isEqualTo(Outcome.TOO_LATE);
                assertThat(block.toBytes()).hasSizeLessThan(400);
            }
        }
    }

    @Example
    void sumsStayExactBeyondAllPrimitiveBounds() {
        View view = Things.view("exact");
        Block block = view.shape().empty();
        List<Thing> things = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            things.add(new Thing("x" + i, 1000, new java.math.BigDecimal("9999999999.99"), 999_999_999_999L, true));
        }
        things.add(new Thing("y", 1000, new java.math.BigDecimal("-9999999999.98"), -1L, true));
        things.forEach(thing -> block.fold(thing.in(view)));
        assertReadsAsBruteForce(view, view.shape().read(block.toBytes()), things, 1000);
    }
}

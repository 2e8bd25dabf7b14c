package dev.millrace.feature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.Things.Mark;
import dev.millrace.feature.Things.Thing;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.Block.Outcome;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.feature.state.Served;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A block in two layers says what one block says, is served as one, and leaves the older layer alone when it can. */
final class LayeredBlockTests {
    private static final int YOUNG = 150;
    private static final long SPAN = 230_000;

    /** What is kept and served between batches. */
    private static final class Store {
        private final View view;
        private byte[] kept;
        private byte[] older = {};
        private byte[] served = {};
        private byte[] servedOlder = {};
        private int reads;
        private int writes;
        private OptionalLong id = OptionalLong.empty();

        Store(View view) {
            this.view = view;
            this.kept = view.shape().emptyLayers(YOUNG).toBytes();
        }

        List<Outcome> batch(List<ProjectedEvent> events) {
            LayeredBlock block = view.shape().readLayers(YOUNG, kept, () -> {
                reads++;
                return view.shape().read(older);
            });
            List<Outcome> outcomes = events.stream().map(block::fold).toList();
            kept = block.toBytes();
            block.changedOlder().ifPresent(changed -> {
                older = changed.toBytes();
                writes++;
            });
            Served parts = Served.changed(block);
            served = parts.young();
            parts.older().ifPresent(changed -> servedOlder = changed);
            // Another older block is written, and has another name, at once.
            OptionalLong now = LayeredBlock.olderId(served);
            assertThat(now).isEqualTo(LayeredBlock.olderId(kept));
            assertThat(parts.older().isPresent()).isEqualTo(now.isPresent() && !now.equals(id));
            id = now;
            return outcomes;
        }

        LayeredBlock block() {
            return view.shape().readLayers(YOUNG, kept, () -> view.shape().read(older));
        }

        Block served() {
            return OnlineRecord.read(
                            view,
                            Map.of(OnlineKeys.BLOCK, served).entrySet(),
                            () -> view.shape().read(servedOlder))
                    .block();
        }
    }

    private static final Path GOLDEN = Path.of("src/test/resources/golden/v5/layers.hex");

    /** The young block as it is kept and as it is served, then the older one in both forms, in hex; a moment; what is read. */
    private static List<String> ofGolden(FeatureEngine engine) {
        View view = engine.view("tiled").orElseThrow();
        Store store = new Store(view);
        List<Thing> things = Things.some(new Random(7), 120, 1_700_000_000_000L, 200_000);
        things.forEach(thing -> store.batch(List.of(thing.in(view))));
        return lines(view, store);
    }

    private static List<String> lines(View view, Store store) {
        List<String> lines = new ArrayList<>();
        for (byte[] part : List.of(store.kept, store.served, store.older, store.servedOlder)) {
            lines.add(HexFormat.of().formatHex(part));
        }
        long at = store.block().newest() + 1;
        lines.add(Long.toString(at));
        for (double value : view.read(store.served(), at)) {
            lines.add(Long.toHexString(Double.doubleToLongBits(value)));
        }
        return lines;
    }

    @Example
    void goldenLayersAreStillReadToTheLastBit() throws IOException {
        FeatureEngine engine = FeatureEngine.compile(UseCaseLoader.load(GOLDEN.getParent()));
        View view = engine.view("tiled").orElseThrow();
        List<String> golden = Files.readAllLines(GOLDEN);
        Store store = new Store(view);
        store.kept = HexFormat.of().parseHex(golden.get(0));
        store.served = HexFormat.of().parseHex(golden.get(1));
        store.older = HexFormat.of().parseHex(golden.get(2));
        store.servedOlder = HexFormat.of().parseHex(golden.get(3));
        assertThat(store.block().toBytes()).isEqualTo(store.kept);
        assertThat(store.block().toServedBytes()).isEqualTo(store.served);
        assertThat(lines(view, store)).isEqualTo(golden);
        assertThat(ofGolden(engine)).isEqualTo(golden);
    }

    /** Writes the file of a new version: run by hand, once, when the format's number changes. */
    static void main() throws IOException {
        Files.write(GOLDEN, ofGolden(FeatureEngine.compile(UseCaseLoader.load(GOLDEN.getParent()))));
    }

    private static List<ProjectedEvent> projected(View view, List<Thing> things) {
        return things.stream().map(thing -> thing.in(view)).toList();
    }

    @Property(tries = 120)
    void twoLayersSayWhatOneBlockSays(@ForAll long seed) {
        Random random = new Random(seed);
        List<Thing> things = Things.some(random, 20 + random.nextInt(120), 1_700_000_000_000L, SPAN);
        List<Thing> sent = new ArrayList<>(things);
        things.stream().filter(thing -> random.nextInt(4) == 0).forEach(sent::add);
        Collections.shuffle(sent, random);
        for (String name : List.of("exact", "relative", "delayed", "rich", "rich_coarse", "rich_delayed")) {
            View view = Things.view(name);
            Block whole = view.shape().empty();
            Store store = new Store(view);
            for (int from = 0; from < sent.size(); ) {
                int to = Math.min(sent.size(), from + 1 + random.nextInt(12));
                List<ProjectedEvent> batch = projected(view, sent.subList(from, to));
                List<Outcome> outcomes = batch.stream().map(whole::fold).toList();
                assertThat(store.batch(batch)).as(name).isEqualTo(outcomes);
                from = to;
            }
            LayeredBlock layers = store.block();
            assertThat(layers.whole().toBytes()).as(name).isEqualTo(whole.toBytes());
            assertThat(layers.newest()).isEqualTo(whole.newest());
            assertThat(store.writes).as(name).isPositive();
            for (int i = 0; i < 25; i++) {
                long at = whole.newest() - view.shape().horizon() + random.nextInt(200_000);
                assertThat(view.read(layers, at)).as(name).isEqualTo(view.read(whole, at));
                assertThat(view.read(store.served(), at)).as(name).isEqualTo(view.read(whole, at));
                Thing scored = random.nextBoolean()
                        ? new Thing("scored", at, new BigDecimal("7.10"), 3L, true)
                        : things.stream()
                                .filter(thing -> thing.time() == whole.newest())
                                .findFirst()
                                .orElseThrow();
                Block served = store.served();
                Block expected = view.shape().read(whole.toBytes());
                assertThat(served.fold(scored.in(view))).isEqualTo(expected.fold(scored.in(view)));
                long moment = Math.max(at, scored.time());
                assertThat(view.read(served, moment)).as(name).isEqualTo(view.read(expected, moment));
            }
        }
    }

    @Property(tries = 60)
    void ofLabelsTheHighestRevisionCountsInWhicheverLayer(@ForAll long seed) {
        Random random = new Random(seed);
        View view = Things.view("labelled");
        Block whole = view.shape().empty();
        Store store = new Store(view);
        for (int i = 0; i < 60; i++) {
            int event = Math.max(0, i - random.nextInt(25));
            ProjectedEvent label =
                    new Mark("id" + event, 1_000_000L + event * 9_999L, random.nextInt(3), random.nextInt(2)).in(view);
            assertThat(store.batch(List.of(label))).containsExactly(whole.fold(label));
        }
        assertThat(store.block().whole().toBytes()).isEqualTo(whole.toBytes());
        for (int i = 0; i < 20; i++) {
            long at = whole.newest() + random.nextInt(700_000);
            assertThat(view.read(store.served(), at)).isEqualTo(view.read(whole, at));
        }
    }

    /** In order, an event never looks at the older layer, which is written once for several events. */
    @Example
    void eventsInOrderLeaveTheOlderLayerAlone() {
        View view = Things.view("exact");
        Store store = new Store(view);
        for (int i = 0; i < 2_000; i++) {
            Thing thing = new Thing("id" + i, 1_700_000_000_000L + i * 97L, new BigDecimal("1.00"), 3L, true);
            store.batch(List.of(thing.in(view)));
        }
        // An event takes some twenty bytes.
        assertThat(store.writes).isBetween(2_000 / 12, 2_000 / 4);
        // Only to be replaced.
        assertThat(store.reads).isLessThan(store.writes);
        assertThat(store.kept.length).isLessThan(store.older.length / 3);
        assertThat(LayeredBlock.olderId(view.shape().empty().toServedBytes())).isEmpty();
    }

    @Example
    void whatNoWindowReachesIsForgottenUnread() {
        View view = Things.view("exact");
        Store store = new Store(view);
        for (int i = 0; i < 200; i++) {
            store.batch(List.of(new Thing("id" + i, 1_000_000L + i, new BigDecimal("1.00"), 3L, true).in(view)));
        }
        assertThat(LayeredBlock.olderId(store.kept)).isPresent();
        int reads = store.reads;
        long later = 1_000_000L + 2 * view.shape().reach();
        store.batch(List.of(new Thing("late", later, new BigDecimal("1.00"), 3L, true).in(view)));
        assertThat(LayeredBlock.olderId(store.kept)).isEmpty();
        assertThat(store.reads).isEqualTo(reads);
    }

    /** A reader keeps older blocks by their names, and does not hear of a state that begins anew. */
    @Example
    void olderBlocksOfOtherEventsHaveOtherNames() {
        View view = Things.view("exact");
        Set<Long> names = new HashSet<>();
        for (int state = 0; state < 50; state++) {
            Store store = new Store(view);
            for (int i = 0; LayeredBlock.olderId(store.kept).isEmpty(); i++) {
                store.batch(
                        List.of(new Thing(state + "-" + i, 1_000_000L + i, new BigDecimal("1.00"), 3L, true).in(view)));
            }
            names.add(LayeredBlock.olderId(store.kept).getAsLong());
        }
        assertThat(names).hasSize(50);
    }
}

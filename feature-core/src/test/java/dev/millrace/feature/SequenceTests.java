package dev.millrace.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.Block.Outcome;
import dev.millrace.feature.state.CorruptBlockException;
import dev.millrace.feature.state.Fingerprint;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.feature.state.ViewState;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** A sequential view says what the fold says of all events in order, whatever happens to them on their way. */
final class SequenceTests {
    private static final Path FOLDER = Path.of("src/test/resources/duels");
    private static final View VIEW =
            FeatureEngine.compile(UseCaseLoader.load(FOLDER)).view("strength").orElseThrow();
    private static final long SETTLE = 2_000;
    private static final long HORIZON = 20_000;
    private static final List<String> ENTITIES = List.of("a", "b", "c", "d", "nobody");

    private record Duel(
            String id,
            long at,
            String left,
            String right,
            @Nullable Double points) {
        SourceRecord record() {
            Map<String, Object> fields = new HashMap<>();
            fields.put("id", id);
            fields.put("place", "here");
            fields.put("left", left);
            fields.put("right", right);
            fields.put("points", points);
            return new SourceRecord(id, at, 0, fields::get);
        }

        List<ProjectedEvent> projected() {
            return VIEW.feed(record()).stream()
                    .map(fed -> ProjectedEvent.fromBytes(fed.event().toBytes(), VIEW.inputs()))
                    .toList();
        }
    }

    private static List<Duel> some(Random random, int count, long span) {
        List<Duel> duels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long at = i > 0 && random.nextInt(6) == 0 ? duels.getLast().at() : random.nextLong(-span / 2, span / 2);
            int left = random.nextInt(4);
            int right = (left + 1 + random.nextInt(3)) % 4;
            Double points = random.nextInt(8) == 0 ? null : random.nextDouble(-4, 4);
            duels.add(new Duel("id" + i, at, ENTITIES.get(left), ENTITIES.get(right), points));
        }
        return duels;
    }

    /** No first delivery comes as much as the horizon behind; some come twice, the second time whenever they like. */
    private static List<Duel> delivered(List<Duel> duels, Random random) {
        Map<Duel, Long> arrivals = new HashMap<>();
        duels.forEach(duel -> arrivals.put(duel, duel.at() + random.nextLong(HORIZON)));
        List<Duel> delivered = new ArrayList<>(duels);
        delivered.sort(Comparator.comparing(arrivals::get));
        for (Duel duel : duels) {
            if (random.nextInt(3) == 0) {
                delivered.add(
                        delivered.indexOf(duel) + 1 + random.nextInt(delivered.size() - delivered.indexOf(duel)), duel);
            }
        }
        return delivered;
    }

    private static ViewState fold(List<Duel> delivered, Random restarts) {
        ViewState state = VIEW.state("here");
        for (Duel duel : delivered) {
            duel.projected().forEach(state::fold);
            if (restarts.nextInt(5) == 0) {
                state = VIEW.state("here", state.toBytes(), Things::noOlder);
            }
        }
        return state;
    }

    /** The dozen lines that say what is meant. */
    private static double[] bruteForce(List<Duel> duels, String entity, long at) {
        Map<String, double[]> known = new HashMap<>();
        duels.stream()
                .filter(duel -> duel.points() != null && duel.at() <= at - SETTLE)
                .sorted(Comparator.comparingLong(Duel::at).thenComparingLong(duel -> Fingerprint.of(duel.id())))
                .forEach(duel -> {
                    double[] left = known.computeIfAbsent(duel.left(), name -> new double[] {0, 0});
                    double[] right = known.computeIfAbsent(duel.right(), name -> new double[] {0, 0});
                    double moved = 0.3 * (duel.points() - left[1] + StrictMath.sin(right[1]));
                    left[0]++;
                    right[0]++;
                    left[1] += moved;
                    right[1] -= moved / 3;
                });
        double[] kept = known.get(entity);
        return kept == null ? new double[] {0, -1} : new double[] {kept[1], kept[0]};
    }

    private static final Path GOLDEN = Path.of("src/test/resources/golden/v2/strength.hex");

    private static ViewState ofGolden() {
        return fold(some(new Random(11), 40, 5 * HORIZON), new Random(1));
    }

    /** A partition of the format's first version is read, and written, as ever. */
    @Example
    void aGoldenPartitionIsStillReadToTheLastBit() throws IOException {
        byte[] golden = HexFormat.of().parseHex(Files.readString(GOLDEN).strip());
        assertThat(VIEW.state("here", golden, Things::noOlder).toBytes()).isEqualTo(golden);
        assertThat(ofGolden().toBytes()).isEqualTo(golden);
    }

    /** Writes the file of a new version: run by hand, once, when the format's number changes. */
    static void main() throws IOException {
        Files.writeString(GOLDEN, HexFormat.of().formatHex(ofGolden().toBytes()) + "\n");
    }

    @Property(tries = 200)
    void anyOrderGivesTheSameBytesAndWhatBruteForceGives(@ForAll long seed) {
        Random random = new Random(seed);
        List<Duel> duels = some(random, 1 + random.nextInt(60), random.nextInt(1, 12) * HORIZON / 2);
        ViewState one = fold(delivered(duels, random), random);
        ViewState other = fold(delivered(duels, random), random);
        assertThat(one.toBytes()).isEqualTo(other.toBytes());
        for (String entity : ENTITIES) {
            Block block = one.block(entity);
            assertThat(block.toBytes()).isEqualTo(other.block(entity).toBytes());
            long newest = duels.stream().mapToLong(Duel::at).max().orElseThrow();
            for (int i = 0; i < 40; i++) {
                Duel near = duels.get(random.nextInt(duels.size()));
                long at = near.at() + SETTLE + random.nextInt(3) - 1;
                if (at >= newest - HORIZON) {
                    assertThat(VIEW.answers(block, at)).isTrue();
                    assertThat(VIEW.read(block, at)).containsExactly(bruteForce(duels, entity, at));
                }
            }
        }
    }

    @Property(tries = 60)
    void aHistoryAnswersForEveryMoment(@ForAll long seed) {
        Random random = new Random(seed);
        List<Duel> duels = some(random, 1 + random.nextInt(40), 5 * HORIZON);
        FeatureHistory history = new FeatureHistory(VIEW);
        delivered(duels, random)
                .forEach(duel -> VIEW.feed(duel.record()).forEach(fed -> history.fold(fed.key(), fed.event())));
        for (int i = 0; i < 60; i++) {
            long at = random.nextLong(-3 * HORIZON, 4 * HORIZON);
            String entity = ENTITIES.get(random.nextInt(ENTITIES.size()));
            assertThat(VIEW.read(history.at(entity, at), at)).containsExactly(bruteForce(duels, entity, at));
        }
    }

    @Property(tries = 60)
    void namesEveryBlockThatIsAnotherThanBefore(@ForAll long seed) {
        Random random = new Random(seed);
        List<Duel> delivered = delivered(some(random, 40, 6 * HORIZON), random);
        Map<String, byte[]> served = new HashMap<>();
        ViewState state = VIEW.state("here");
        for (Duel duel : delivered) {
            duel.projected().forEach(state::fold);
            if (random.nextInt(4) == 0) {
                state.changed().forEach((entity, block) -> served.put(entity, block.toBytes()));
                state = VIEW.state("here", state.toBytes(), Things::noOlder);
            }
        }
        state.changed().forEach((entity, block) -> served.put(entity, block.toBytes()));
        Map<String, Block> all = state.blocks();
        assertThat(served.keySet()).isEqualTo(all.keySet());
        all.forEach((entity, block) -> assertThat(served.get(entity)).isEqualTo(block.toBytes()));
    }

    @Example
    void whatComesTooLateIsNotFoldedAndRepetitionsCountOnce() {
        ViewState state = VIEW.state("here");
        Duel old = new Duel("old", 0, "a", "b", 1.0);
        Duel later = new Duel("later", HORIZON, "a", "b", 1.0);
        assertThat(state.fold(later.projected().getFirst())).isEqualTo(Outcome.FOLDED);
        assertThat(state.fold(later.projected().getFirst())).isEqualTo(Outcome.DUPLICATE);
        assertThat(state.fold(old.projected().getFirst())).isEqualTo(Outcome.TOO_LATE);
        assertThat(new Duel("none", 1, "a", "b", null).projected()).isEmpty();
    }

    @Example
    void aCorruptPartitionEndsInTheDeclaredErrorOnly() {
        Random random = new Random(5);
        byte[] good = fold(some(random, 30, 4 * HORIZON), random).toBytes();
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, 1 + random.nextInt(good.length));
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                VIEW.state("here", bad, Things::noOlder).blocks();
            } catch (CorruptBlockException e) {
                assertThat(e).hasMessageStartingWith("Expected");
            }
        }
        assertThatThrownBy(() -> VIEW.state("here", new byte[] {9}, Things::noOlder))
                .isInstanceOf(CorruptBlockException.class)
                .hasMessage("Expected a partition of format 2, found 9");
    }

    @Example
    void refusesWhatNoFoldCanDo() throws IOException {
        Path folder = Files.createTempDirectory("definitions").resolve("duels");
        Files.createDirectories(folder.resolve("features"));
        Files.createDirectories(folder.resolve("events"));
        for (String file : List.of("use-case.yaml", "events/duels.avsc")) {
            Files.copy(FOLDER.resolve(file), folder.resolve(file));
        }
        Files.writeString(folder.resolve("features/bad.yaml"), """
                view: one
                entity: [{key: left}, {key: right}]
                source: duels
                fold: dance
                partition: place
                settle: 2s
                features: {strength: {emitted: strength}}
                ---
                view: two
                entity: [{key: left}, {key: right}]
                source: duels
                fold: duel
                settings: {heavy: 1}
                partition: place
                settle: 2s
                features: {strength: {emitted: strength}}
                ---
                view: three
                entity: [{key: left}, {key: right}]
                source: duels
                fold: duel
                settings: {weight: 0}
                partition: place
                settle: 2s
                features: {strength: {emitted: strength}}
                ---
                view: four
                entity: [{key: left}, {key: right}]
                source: duels
                fold: duel
                partition: place
                settle: 2s
                features:
                  speed: {emitted: speed}
                  mean: {mean: points, over: [1d]}
                """);
        assertThat(catchThrowableOfType(InvalidUseCaseException.class, () -> FeatureEngine.load(folder))
                        .problems())
                .extracting(problem -> problem.at().line() + " " + problem.code() + " " + problem.message())
                .containsExactlyInAnyOrder(
                        "1 unknown-fold there is no fold 'dance'; on the class path are [duel]",
                        "9 unknown-key the fold 'duel' knows the settings [weight], not [heavy]",
                        "18 bad-parameter the fold 'duel': 'weight' is above 0; found 0.0",
                        "34 bad-argument 'speed': a feature of the fold 'duel' is {emitted: X}, X one of [met, strength], and 'empty' if need be",
                        "35 bad-argument 'mean': a feature of the fold 'duel' is {emitted: X}, X one of [met, strength], and 'empty' if need be");
    }
}

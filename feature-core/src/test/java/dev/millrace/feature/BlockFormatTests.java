package dev.millrace.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.feature.Things.Mark;
import dev.millrace.feature.Things.Thing;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.CorruptBlockException;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Blocks of every version that was ever written are read, and damaged ones refused. */
final class BlockFormatTests {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    /** {@code VERSION/VIEW.txt}: the block in hex, the moment, then every feature's bits. */
    @TestFactory
    Stream<DynamicTest> goldenBlocksAreStillReadToTheLastBit() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(GOLDEN)) {
            files = found.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
        assertThat(files).hasSizeGreaterThanOrEqualTo(4);
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.toString(), () -> {
                    FeatureEngine engine = FeatureEngine.compile(UseCaseLoader.load(file.getParent()));
                    String name = file.getFileName().toString().replace(".txt", "");
                    View view = engine.view(name).orElseThrow();
                    List<String> lines = Files.readAllLines(file);
                    Block block = view.shape().read(HexFormat.of().parseHex(lines.getFirst()));
                    assertThat(written(view, block, Long.parseLong(lines.get(1))))
                            .isEqualTo(lines);
                }));
    }

    private static List<String> written(View view, Block block, long at) {
        double[] values = view.read(block, at);
        return Stream.concat(
                        Stream.of(HexFormat.of().formatHex(block.toBytes()), Long.toString(at)),
                        Stream.iterate(0, i -> i < values.length, i -> i + 1)
                                .map(i -> view.features().get(i).name() + " "
                                        + Long.toHexString(Double.doubleToLongBits(values[i]))))
                .toList();
    }

    /** Writes the files of a new version, kept or served: run by hand, once, when a format's number changes. */
    static void main(String[] version) throws IOException {
        Path folder = GOLDEN.resolve(version[0]);
        FeatureEngine engine = FeatureEngine.compile(UseCaseLoader.load(folder));
        Random random = new Random(7);
        boolean served = version[1].equals("served");
        for (View view : engine.views()) {
            Block block = view.shape().empty();
            if (view.name().equals("labelled")) {
                for (int i = 0; i < 20; i++) {
                    block.fold(new Mark("id" + i, 1_000_000L + i * 30_000L, i % 3, i % 2).in(view));
                }
            } else {
                for (Thing thing : Things.some(random, 60, 1_700_000_000_000L, 200_000)) {
                    block.fold(thing.in(view));
                }
            }
            Block kept = served ? view.shape().read(block.toServedBytes()) : block;
            Files.write(folder.resolve(view.name() + ".txt"), written(view, kept, block.newest() + 1));
        }
    }

    @Test
    void onlyTheDeclaredErrorEscapesADamagedBlock() {
        Random random = new Random(3);
        for (String name : List.of("exact", "rich", "rich_coarse", "rich_delayed")) {
            View view = Things.view(name);
            Block block = view.shape().empty();
            Things.some(random, 40, 1_000_000, 200_000).forEach(thing -> block.fold(thing.in(view)));
            for (int i = 0; i < 5000; i++) {
                byte[] good = i % 2 == 0 ? block.toBytes() : block.toServedBytes();
                byte[] bad = random.nextInt(4) == 0
                        ? java.util.Arrays.copyOf(good, random.nextInt(good.length + 8))
                        : good.clone();
                for (int flips = random.nextInt(1, 5); bad.length > 0 && flips > 0; flips--) {
                    bad[random.nextInt(bad.length)] = (byte) random.nextInt();
                }
                assertThatCode(() -> readAndUse(view, bad))
                        .satisfies(thrown -> assertThat(thrown)
                                .as(() -> HexFormat.of().formatHex(bad))
                                .matches(error -> error == null || error instanceof CorruptBlockException));
            }
        }
    }

    private static void readAndUse(View view, byte[] bytes) {
        Block block = view.shape().read(bytes);
        view.read(block, block.newest());
        view.shape().read(block.toBytes());
    }
}

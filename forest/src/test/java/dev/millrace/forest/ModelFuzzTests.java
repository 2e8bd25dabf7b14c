package dev.millrace.forest;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever lies where a model should: only the declared error comes out, in bounded time and memory. Without
 * {@code JAZZER_FUZZ=1} the kept inputs are tried again; with it, new ones are looked for. A process fuzzes one test and skips all
 * others: the first byte says what the rest is.
 */
final class ModelFuzzTests {

    /** Models that are read, to begin with. */
    static Stream<Arguments> models() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("src/test/resources/xgboost"))) {
            List<Path> models = all.filter(file -> !file.toString().endsWith(".csv"))
                    .sorted()
                    .toList();
            List<Arguments> inputs = new ArrayList<>();
            for (Path model : models) {
                byte[] content = Files.readAllBytes(model);
                byte[] input = new byte[content.length + 1];
                System.arraycopy(content, 0, input, 1, content.length);
                inputs.add(Arguments.of((Object) input));
            }
            return inputs.stream();
        }
    }

    @MethodSource("models")
    @FuzzTest(maxDuration = "90s")
    void aModel(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(bytes, 1, bytes.length);
        use(bytes[0] % 2 == 0 ? rest : tree(rest));
    }

    private static void use(byte[] model) {
        try {
            ModelUse.readAndUse(model);
        } catch (ModelFormatException e) {
            // Declared.
        }
    }

    /** A model with one tree whose arrays are the input: a fuzzer need not guess what is around it. */
    private static byte[] tree(byte[] bytes) {
        int nodes = bytes.length / 7;
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int[][] columns = new int[7][nodes];
        for (int[] column : columns) {
            for (int node = 0; node < nodes; node++) {
                column[node] = in.get();
            }
        }
        int categorical =
                (int) Arrays.stream(columns[5]).filter(type -> type == 1).count();
        int[] sizes = new int[categorical];
        Arrays.fill(sizes, 1);
        int[] segments = new int[categorical];
        Arrays.setAll(segments, i -> i);
        int[] splits = new int[categorical];
        for (int node = 0, i = 0; node < nodes; node++) {
            if (columns[5][node] == 1) {
                splits[i++] = node;
            }
        }
        String tree = """
                {"tree_param":{"size_leaf_vector":"1"},"left_children":%s,"right_children":%s,"split_indices":%s,
                "split_conditions":%s,"default_left":%s,"split_type":%s,"sum_hessian":%s,"categories":%s,
                "categories_nodes":%s,"categories_segments":%s,"categories_sizes":%s}""".formatted(
                        text(columns[0]),
                        text(columns[1]),
                        text(columns[2]),
                        text(columns[3]),
                        text(columns[4]),
                        text(columns[5]),
                        text(columns[6]),
                        text(Arrays.copyOf(columns[3], categorical)),
                        text(splits),
                        text(segments),
                        text(sizes));
        return """
                {"learner":{"gradient_booster":{"name":"gbtree","model":{"gbtree_model_param":{},"tree_info":[0],
                "trees":[%s]}},"objective":{"name":"binary:logistic"},"learner_model_param":{"num_feature":"4",
                "num_class":"0","base_score":"0.5"}}}""".formatted(tree).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(int[] numbers) {
        return Arrays.toString(numbers);
    }
}

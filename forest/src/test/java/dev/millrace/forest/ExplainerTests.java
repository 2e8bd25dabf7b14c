package dev.millrace.forest;

import static dev.millrace.forest.ModelCase.FEATURES;
import static dev.millrace.forest.ModelCase.categorical;
import static dev.millrace.forest.ModelCase.numeric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.Booster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExplainerTests {

    static Stream<ModelCase> models() {
        Map<String, Object> parameters = Map.of("base_score", 0.5, "min_child_weight", 0);
        return Stream.of(
                numeric("reg:squarederror", 4, parameters),
                categorical("reg:squarederror", 4, parameters),
                numeric("reg:squarederror", 4, parameters).with(Map.of("booster", "dart", "rate_drop", 0.5)));
    }

    /** The definition: over all orders in which features become known, what each adds. Of infinities, too. */
    @ParameterizedTest
    @MethodSource("models")
    void contributionsAreShapleyValues(ModelCase model) throws Exception {
        Booster booster = model.train();
        Forest forest = Forest.read(booster.toByteArray("ubj"));
        booster.dispose();
        Explainer explainer = forest.explainer();
        double[] ours = new double[explainer.length()];
        float[] rows = model.rows(forest, 1, 200);
        for (int row = 0; row < 200; row++) {
            float[] vector = Arrays.copyOfRange(rows, row * FEATURES, (row + 1) * FEATURES);
            explainer.contributions(vector, ours, explainer.workspace());
            double[] values = IntStream.range(0, 1 << FEATURES)
                    .mapToDouble(known -> forest.treesAsRead().stream()
                            .mapToDouble(tree -> expected(tree, 0, vector, known))
                            .sum())
                    .toArray();
            for (int feature = 0; feature < FEATURES; feature++) {
                double shapley = 0;
                for (int known = 0; known < values.length; known++) {
                    if ((known >> feature & 1) == 0) {
                        int size = Integer.bitCount(known);
                        double orders = factorial(size) * factorial(FEATURES - size - 1) / factorial(FEATURES);
                        shapley += orders * (values[known | 1 << feature] - values[known]);
                    }
                }
                assertThat(ours[feature]).isCloseTo(shapley, within(1e-13));
            }
            assertThat(ours[FEATURES]).isCloseTo(0.5 + values[0], within(1e-13));
        }
    }

    /** Of a tree when these features are known. */
    private static double expected(Tree tree, int node, float[] vector, int known) {
        if (tree.isLeaf(node)) {
            return tree.value()[node];
        }
        int feature = tree.feature()[node];
        int left = tree.left()[node];
        if ((known >> feature & 1) == 1) {
            return expected(tree, tree.goesLeft(node, vector[feature]) ? left : left + 1, vector, known);
        }
        return (tree.cover()[left] * expected(tree, left, vector, known)
                        + tree.cover()[left + 1] * expected(tree, left + 1, vector, known))
                / tree.cover()[node];
    }

    private static double factorial(int n) {
        return n < 2 ? 1 : n * factorial(n - 1);
    }

    @Test
    void explainsWithoutAllocating() throws Exception {
        Booster booster = Models.train("binary:logistic", FEATURES, 20, 3, Map.of("base_score", 0.5));
        Explainer explainer = Forest.read(booster.toByteArray("ubj")).explainer();
        booster.dispose();
        float[] vector = Models.rows(new Random(1), 1, FEATURES);
        double[] contributions = new double[explainer.length()];
        Explainer.Workspace workspace = explainer.workspace();
        explainer.contributions(vector, contributions, workspace);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 2_000; i++) {
            explainer.contributions(vector, contributions, workspace);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(2_000);
    }

    @Test
    void refusesRoomOfAnotherSize() throws Exception {
        Booster booster = Models.train("multi:softprob", FEATURES, 1, 3, Map.of());
        Explainer explainer = Forest.read(booster.toByteArray("ubj")).explainer();
        booster.dispose();
        assertThatThrownBy(() -> explainer.contributions(new float[8], new double[30], explainer.workspace()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a vector of 9 features, but came 8");
        assertThatThrownBy(() -> explainer.contributions(new float[9], new double[10], explainer.workspace()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected room for 30 contributions, but came 10");
    }

    @Test
    void refusesWhatWouldTakeTooLong() {
        assertThatThrownBy(() -> explain(chain(70, 70)))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-unsupported: expected paths of at most 64 different features, to explain them,"
                        + " but came one of 70");
        assertThatThrownBy(() -> explain(chain(1_001, 2)))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-unsupported: expected trees of at most 1000 levels, to explain them,"
                        + " but came one of 1001");
    }

    @Test
    void refusesWhatWouldTakeMoreThanTheHeapHas() {
        int trees = 40_000;
        Trees many = new Trees(Collections.nCopies(trees, full(8)), new int[trees]);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> new Explainer(8, new float[1], many))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageMatching(
                        "model-unsupported: expected trees that take at most %d MiB to explain them, but came trees of"
                                        .formatted(Explainer.MAX_BYTES >> 20)
                                + " which the first \\d+ of 40000 take more: train fewer or smaller ones, or give more memory");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(2 * Explainer.MAX_BYTES);
    }

    @Test
    void explainsAThousandFullTreesOfDepthSix() throws Exception {
        Trees thousand = new Trees(Collections.nCopies(1_000, full(6)), new int[1_000]);
        Explainer explainer = new Explainer(6, new float[1], thousand);
        double[] contributions = new double[explainer.length()];
        explainer.contributions(new float[6], contributions, explainer.workspace());
        assertThat(contributions).containsOnly(0);
    }

    /** Each level splits on a feature of its own. */
    private static Tree full(int depth) {
        int nodes = (2 << depth) - 1;
        int[] feature = new int[nodes];
        int[] left = new int[nodes];
        for (int node = 0; node < nodes; node++) {
            boolean leaf = node >= nodes / 2;
            feature[node] = leaf ? Tree.LEAF : 31 - Integer.numberOfLeadingZeros(node + 1);
            left[node] = leaf ? 0 : 2 * node + 1;
        }
        return new Tree(feature, new float[nodes], left, new boolean[nodes], null, new float[nodes], depth);
    }

    private static void explain(Tree tree) throws ModelFormatException {
        new Explainer(100, new float[1], new Trees(List.of(tree), new int[1]));
    }

    private static Tree chain(int splits, int features) {
        int nodes = 2 * splits + 1;
        int[] feature = new int[nodes];
        int[] left = new int[nodes];
        for (int node = 0; node < nodes; node++) {
            boolean leaf = node % 2 == 1 || node == nodes - 1;
            feature[node] = leaf ? Tree.LEAF : node / 2 % features;
            left[node] = leaf ? 0 : node + 1;
        }
        return new Tree(feature, new float[nodes], left, new boolean[nodes], null, new float[nodes], splits);
    }
}

package dev.millrace.forest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However a tree is laid out, it gives the leaf that a plain walk comes to. */
class TreesTests {
    private static final int ROWS = 50;

    @Test
    void smallTreesOfAllDepths() {
        Random random = new Random(1);
        List<Tree> trees = new ArrayList<>();
        for (int depth : new int[] {0, 3, 1, 7, 0, 0, 2, 5, 4, 6, 1}) {
            trees.add(complete(random, depth, 6));
        }
        compare(trees, 6, random);
    }

    @Test
    void aTreeWhoseChildrenAreFarOff() {
        Random random = new Random(2);
        compare(
                List.of(
                        complete(random, 3, 6),
                        complete(random, 17, 6),
                        complete(random, 2, 6),
                        complete(random, 2, 6)),
                6,
                random);
    }

    @Test
    void moreFeaturesThanANodeCanName() {
        Random random = new Random(3);
        compare(List.of(complete(random, 16, 200_000), complete(random, 2, 200_000)), 200_000, random);
    }

    @Test
    @Timeout(20)
    void aChain() {
        int splits = 100_000;
        int nodes = 2 * splits + 1;
        int[] feature = new int[nodes];
        int[] left = new int[nodes];
        float[] value = new float[nodes];
        for (int node = 0; node < nodes; node++) {
            boolean leaf = node % 2 == 1 || node == nodes - 1;
            feature[node] = leaf ? Tree.LEAF : 0;
            left[node] = leaf ? 0 : node + 1;
            value[node] = leaf ? node : -node;
        }
        Tree chain = new Tree(feature, value, left, new boolean[nodes], null, new float[nodes], splits);
        compare(List.of(chain, chain, chain, chain, chain), 1, new Random(4));
    }

    private static void compare(List<Tree> list, int features, Random random) {
        int[] output = new int[list.size()];
        Trees trees = new Trees(list, output);
        int width = trees.keys().count();
        float[] rows = new float[ROWS * features];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.nextInt(8) == 0 ? Float.NaN : (float) random.nextGaussian();
        }
        long[] keys = new long[ROWS * width];
        float[] margins = new float[ROWS];
        for (int row = 0; row < ROWS; row++) {
            trees.keys().write(rows, row * features, keys, row * width);
        }
        trees.addTo(margins, 0, 1, rows, 0, features, ROWS, keys);
        for (int row = 0; row < ROWS; row++) {
            float expected = 0;
            for (Tree tree : list) {
                expected += tree.leaf(rows, row * features);
            }
            float[] vector = Arrays.copyOfRange(rows, row * features, (row + 1) * features);
            long[] key = Arrays.copyOfRange(keys, row * width, (row + 1) * width);
            assertThat(trees.sum(0, vector, key)).isEqualTo(expected);
            float[] alone = {0};
            trees.addTo(alone, 0, 1, vector, 0, features, 1, key);
            assertThat(alone).containsExactly(expected);
            assertThat(margins[row]).isEqualTo(expected);
        }
    }

    private static Tree complete(Random random, int depth, int features) {
        int splits = (1 << depth) - 1;
        int nodes = 2 * splits + 1;
        int[] feature = new int[nodes];
        int[] left = new int[nodes];
        float[] value = new float[nodes];
        boolean[] missingLeft = new boolean[nodes];
        for (int node = 0; node < nodes; node++) {
            feature[node] = node < splits ? random.nextInt(features) : Tree.LEAF;
            left[node] = node < splits ? 2 * node + 1 : 0;
            value[node] = (float) random.nextGaussian();
            missingLeft[node] = random.nextBoolean();
        }
        return new Tree(feature, value, left, missingLeft, null, new float[nodes], depth);
    }
}

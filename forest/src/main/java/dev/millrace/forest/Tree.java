package dev.millrace.forest;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One tree, breadth first with siblings side by side: the right child of a node is the one after its left child, and both come
 * after their parent.
 *
 * @param feature per node the index of the feature that it splits on; {@link #LEAF} in a leaf
 * @param value per node the threshold of a split (less goes left), or the value of a leaf
 * @param left per node where the left child is
 * @param missingLeft per node whether a missing value goes left
 * @param categories per node the categories that go right, ascending, where the split is categorical; null without such splits
 * @param cover per node the sum of the second derivatives of the training rows that came by: what a mean weighs by
 * @param depth the number of splits on the longest path
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Tree(
        int[] feature,
        float[] value,
        int[] left,
        boolean[] missingLeft,
        int @Nullable [][] categories,
        float[] cover,
        int depth) {

    static final int LEAF = -1;

    /** From here on, floats do not tell integers apart: no such value is a category. */
    static final int MAX_CATEGORY = 1 << 24;

    int nodes() {
        return feature.length;
    }

    boolean isLeaf(int node) {
        return feature[node] == LEAF;
    }

    /** The value of the leaf that a vector comes to. */
    float leaf(float[] vector, int from) {
        int node = 0;
        while (feature[node] != LEAF) {
            node = goesLeft(node, vector[from + feature[node]]) ? left[node] : left[node] + 1;
        }
        return value[node];
    }

    /** Where this value of a split's feature goes. */
    boolean goesLeft(int node, float x) {
        if (Float.isNaN(x)) {
            return missingLeft[node];
        }
        int[] right = categories == null ? null : categories[node];
        return right == null ? x < value[node] : !contains(right, x);
    }

    /** Whatever is no category goes left, as XGBoost has it; parts after the point do not count. */
    private static boolean contains(int[] categories, float x) {
        return x >= 0 && x < MAX_CATEGORY && Arrays.binarySearch(categories, (int) x) >= 0;
    }
}

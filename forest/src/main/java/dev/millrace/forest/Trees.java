package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.invalid;
import static dev.millrace.forest.ModelFormatException.unsupported;

import java.util.Arrays;

/**
 * All nodes of all trees in flat arrays, each tree breadth first with siblings side by side: the right child of a node is
 * the one after its left child. Laying a tree out visits every node once, so a file whose nodes form a cycle, or share
 * a child, is refused here and scoring always ends.
 */
final class Trees {

    /** In {@link #feature}: the node is a leaf. */
    private static final int LEAF = -1;

    /** Index of the feature, its highest bit set where a missing value goes left; {@link #LEAF} in a leaf. */
    private int[] feature = new int[256];

    /** The threshold of a split (less goes left), or the value of a leaf. */
    private float[] value = new float[256];

    /** Where the left child is. */
    private int[] left = new int[256];

    private int[] roots = new int[16];
    private int[] output = new int[16];
    private int nodeCount;
    private int treeCount;

    int count() {
        return treeCount;
    }

    /** Adds to each output's margin what its trees say, in the order of the trees. */
    void addTo(float[] margins, float[] vector) {
        for (int tree = 0; tree < treeCount; tree++) {
            margins[output[tree]] += leaf(roots[tree], vector);
        }
    }

    /** The margin of the only output: {@code base}, and each tree's leaf added in order. */
    float sum(float base, float[] vector) {
        float sum = base;
        for (int tree = 0; tree < treeCount; tree++) {
            sum += leaf(roots[tree], vector);
        }
        return sum;
    }

    private float leaf(int root, float[] vector) {
        int node = root;
        for (int split = feature[node]; split != LEAF; split = feature[node]) {
            float x = vector[split & Integer.MAX_VALUE];
            boolean goesLeft = x < value[node] || (split < 0 && Float.isNaN(x));
            node = goesLeft ? left[node] : left[node] + 1;
        }
        return value[node];
    }

    /** Reads one tree of a model with so many features, which adds to this output. */
    void add(Value.Fields tree, int features, int toOutput) throws ModelFormatException {
        if (treeCount == roots.length) {
            roots = Arrays.copyOf(roots, treeCount * 2);
            output = Arrays.copyOf(output, treeCount * 2);
        }
        roots[treeCount] = new Layout(tree, features).run();
        output[treeCount] = toOutput;
        treeCount++;
    }

    float[] thresholds() {
        float[] thresholds = new float[nodeCount];
        int count = 0;
        for (int node = 0; node < nodeCount; node++) {
            if (feature[node] != LEAF) {
                thresholds[count++] = value[node];
            }
        }
        return Arrays.copyOf(thresholds, count);
    }

    Trees trimmed() {
        feature = Arrays.copyOf(feature, nodeCount);
        value = Arrays.copyOf(value, nodeCount);
        left = Arrays.copyOf(left, nodeCount);
        return this;
    }

    private int allocate(int nodes) {
        int first = nodeCount;
        nodeCount += nodes;
        if (nodeCount > feature.length) {
            int size = Math.max(nodeCount, feature.length * 2);
            feature = Arrays.copyOf(feature, size);
            value = Arrays.copyOf(value, size);
            left = Arrays.copyOf(left, size);
        }
        return first;
    }

    /** Lays one tree out. */
    private final class Layout {
        private final int[] lefts;
        private final int[] rights;
        private final int[] indices;
        private final double[] conditions;
        private final double[] defaultLeft;
        private final int features;

        Layout(Value.Fields tree, int features) throws ModelFormatException {
            if (tree.fields("tree_param").parameter("size_leaf_vector") > 1) {
                throw unsupported("trees with one value per leaf", "a tree with a vector per leaf");
            }
            if (tree.has("split_type")
                    && Arrays.stream(tree.numbers("split_type")).anyMatch(type -> type != 0)) {
                throw unsupported("numeric splits", "a categorical split");
            }
            this.lefts = tree.integers("left_children");
            this.rights = tree.integers("right_children");
            this.indices = tree.integers("split_indices");
            this.conditions = tree.numbers("split_conditions");
            this.defaultLeft = tree.numbers("default_left");
            this.features = features;
            int nodes = lefts.length;
            if (nodes == 0
                    || rights.length != nodes
                    || indices.length != nodes
                    || conditions.length != nodes
                    || defaultLeft.length != nodes) {
                throw invalid(
                        "arrays of the same length, one entry per node, at least one",
                        "lengths %d, %d, %d, %d, %d"
                                .formatted(
                                        nodes, rights.length, indices.length, conditions.length, defaultLeft.length));
            }
        }

        /** Returns where the root is. */
        int run() throws ModelFormatException {
            int root = allocate(1);
            int[] queue = new int[lefts.length];
            int[] places = new int[lefts.length];
            boolean[] seen = new boolean[lefts.length];
            int queued = 1;
            places[0] = root;
            seen[0] = true;
            for (int next = 0; next < queued; next++) {
                int node = queue[next];
                int place = places[next];
                value[place] = (float) conditions[node];
                if (lefts[node] == -1) {
                    feature[place] = LEAF;
                    continue;
                }
                feature[place] = split(node);
                int children = allocate(2); // may replace the arrays
                left[place] = children;
                for (int child : new int[] {lefts[node], rights[node]}) {
                    if (child < 0 || child >= seen.length || seen[child]) {
                        throw invalid("children that are nodes of one tree", "node " + node + " with child " + child);
                    }
                    seen[child] = true;
                    queue[queued] = child;
                    places[queued] = children + (child == lefts[node] ? 0 : 1);
                    queued++;
                }
            }
            return root;
        }

        private int split(int node) throws ModelFormatException {
            int index = indices[node];
            if (index < 0 || index >= features) {
                throw invalid("a split on one of " + features + " features", "feature " + index);
            }
            return defaultLeft[node] != 0 ? index | Integer.MIN_VALUE : index;
        }
    }
}

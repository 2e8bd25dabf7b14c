package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.invalid;
import static dev.millrace.forest.ModelFormatException.unsupported;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one tree. Laying it out visits every node once, so a file whose nodes form a cycle, or share a child, is refused here and
 * scoring always ends.
 */
final class TreeReader {
    private final int[] lefts;
    private final int[] rights;
    private final int[] indices;
    private final double[] conditions;
    private final double[] defaultLeft;
    private final double[] covers;
    private final int @Nullable [][] categories;
    private final int features;

    /** @param features how many features the model's vectors have */
    TreeReader(Value.Fields tree, int features) throws ModelFormatException {
        if (tree.fields("tree_param").parameter("size_leaf_vector") > 1) {
            throw unsupported("trees with one value per leaf", "a tree with a vector per leaf");
        }
        this.lefts = tree.integers("left_children");
        this.rights = tree.integers("right_children");
        this.indices = tree.integers("split_indices");
        this.conditions = tree.numbers("split_conditions");
        this.defaultLeft = tree.numbers("default_left");
        this.covers = tree.numbers("sum_hessian");
        this.features = features;
        int nodes = lefts.length;
        int[] lengths = {nodes, rights.length, indices.length, conditions.length, defaultLeft.length, covers.length};
        if (nodes == 0 || Arrays.stream(lengths).anyMatch(length -> length != nodes)) {
            throw invalid(
                    "arrays of the same length, one entry per node, at least one",
                    "lengths " + Arrays.toString(lengths));
        }
        this.categories = categories(tree, nodes);
    }

    /** @param weight what every leaf counts, which DART has learned */
    Tree read(float weight) throws ModelFormatException {
        Layout layout = new Layout(lefts.length);
        layout.place(0, 0);
        for (int place = 0; place < layout.count; place++) {
            int node = layout.node[place];
            if (lefts[node] == -1) {
                layout.leaf(place, (float) conditions[node] * weight);
            } else {
                layout.feature[place] = feature(node);
                layout.value[place] = threshold(node);
                layout.missingLeft[place] = defaultLeft[node] != 0;
                layout.left[place] = layout.count;
                layout.place(lefts[node], layout.depth[place] + 1);
                layout.place(rights[node], layout.depth[place] + 1);
            }
        }
        return layout.tree();
    }

    private int feature(int node) throws ModelFormatException {
        int index = indices[node];
        if (index < 0 || index >= features) {
            throw invalid("a split on one of " + features + " features", "feature " + index);
        }
        return index;
    }

    private float threshold(int node) throws ModelFormatException {
        float threshold = (float) conditions[node];
        if (Float.isNaN(threshold) && (categories == null || categories[node] == null)) {
            throw invalid("a threshold that is a number", "NaN in node " + node);
        }
        return threshold;
    }

    /** XGBoost before 1.3 knew no categories, and says nothing of them. */
    private static int @Nullable [][] categories(Value.Fields tree, int nodes) throws ModelFormatException {
        if (!tree.has("split_type")) {
            return null;
        }
        int[] types = tree.integers("split_type");
        if (types.length != nodes) {
            throw invalid("a split type for each of " + nodes + " nodes", types.length + " split types");
        }
        for (int type : types) {
            if (type != 0 && type != 1) {
                throw invalid("a split type of 0 (numeric) or 1 (categorical)", "split type " + type);
            }
        }
        if (Arrays.stream(types).allMatch(type -> type == 0)) {
            return null;
        }
        int[] all = tree.integers("categories");
        int[] splits = tree.integers("categories_nodes");
        int[] segments = tree.integers("categories_segments");
        int[] sizes = tree.integers("categories_sizes");
        if (segments.length != splits.length || sizes.length != splits.length) {
            throw invalid(
                    "a segment and a size for each of " + splits.length + " categorical splits",
                    segments.length + " and " + sizes.length);
        }
        int[][] categories = new int[nodes][];
        int end = 0;
        for (int i = 0; i < splits.length; i++) {
            // Segments side by side: no bytes of the file are taken twice.
            if (segments[i] != end || sizes[i] < 1 || sizes[i] > all.length - end) {
                throw invalid(
                        "categories from " + end + " on, within " + all.length, sizes[i] + " from " + segments[i]);
            }
            if (splits[i] < 0 || splits[i] >= nodes || types[splits[i]] != 1 || categories[splits[i]] != null) {
                throw invalid("a categorical split that has no categories yet", "node " + splits[i]);
            }
            categories[splits[i]] = sorted(Arrays.copyOfRange(all, end, end + sizes[i]));
            end += sizes[i];
        }
        for (int node = 0; node < nodes; node++) {
            if (types[node] == 1 && categories[node] == null) {
                throw invalid("categories of each categorical split", "none of node " + node);
            }
        }
        return categories;
    }

    private static int[] sorted(int[] categories) throws ModelFormatException {
        Arrays.sort(categories);
        if (categories[0] < 0 || categories[categories.length - 1] >= Tree.MAX_CATEGORY) {
            throw invalid(
                    "categories from 0 to " + (Tree.MAX_CATEGORY - 1),
                    "some from " + categories[0] + " to " + categories[categories.length - 1]);
        }
        return categories;
    }

    /** Where each node of the file goes, breadth first. */
    private final class Layout {
        private final int[] node;
        private final int[] depth;
        private final boolean[] seen;
        private final int[] feature;
        private final float[] value;
        private final int[] left;
        private final boolean[] missingLeft;
        private int count;

        Layout(int nodes) {
            this.node = new int[nodes];
            this.depth = new int[nodes];
            this.seen = new boolean[nodes];
            this.feature = new int[nodes];
            this.value = new float[nodes];
            this.left = new int[nodes];
            this.missingLeft = new boolean[nodes];
        }

        void place(int next, int nextDepth) throws ModelFormatException {
            if (next < 0 || next >= seen.length || seen[next]) {
                throw invalid("children that are nodes of one tree", "a child " + next);
            }
            seen[next] = true;
            node[count] = next;
            depth[count] = nextDepth;
            count++;
        }

        void leaf(int place, float leaf) {
            feature[place] = Tree.LEAF;
            value[place] = leaf;
        }

        /** Nodes that no path reaches are left out. */
        Tree tree() {
            float[] cover = new float[count];
            int[][] sets = categories == null ? null : new int[count][];
            for (int place = 0; place < count; place++) {
                cover[place] = (float) covers[node[place]];
                if (sets != null && categories != null && feature[place] != Tree.LEAF) {
                    sets[place] = categories[node[place]];
                }
            }
            return new Tree(
                    Arrays.copyOf(feature, count),
                    Arrays.copyOf(value, count),
                    Arrays.copyOf(left, count),
                    Arrays.copyOf(missingLeft, count),
                    sets,
                    cover,
                    depth[count - 1]);
        }
    }
}

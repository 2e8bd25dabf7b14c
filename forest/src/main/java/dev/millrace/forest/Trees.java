package dev.millrace.forest;

import java.util.Arrays;
import java.util.List;

/**
 * The trees of a forest, laid out for scoring. A node is one long: its threshold (see {@link Keys}), how far off its right
 * child is, next to which is the left one, and the slot of its key. A step down is arithmetic only, without a branch that could be
 * predicted wrongly; a leaf leads to itself, so four trees (or four rows) go down side by side, as deep as the deepest, and the
 * processor overlaps them.
 *
 * <p>Trees that do not fit such nodes (categorical splits, more than {@value #MAX_SLOT} slots, or children more than
 * {@value #MAX_OFFSET} nodes away) are walked as they are.
 */
final class Trees {
    private static final int SLOT_BITS = 16;
    private static final int MAX_SLOT = (1 << SLOT_BITS) - 1;
    private static final int MAX_OFFSET = (1 << (Keys.SHIFT - SLOT_BITS)) - 1;

    /** In {@link #roots}: the tree is not packed. */
    private static final int NOT_PACKED = -1;

    /** In {@link #fourDepths}: not all of the four are packed. */
    private static final int NOT_FOUR = -1;

    private final List<Tree> trees;
    private final Keys keys;
    private final int[] output;
    private final long[] nodes;

    /** Per packed node; only those of leaves are read. */
    private final float[] values;

    private final int[] roots;

    /** The depth of the deepest of the four trees from each index on. */
    private final int[] fourDepths;

    Trees(List<Tree> trees, int[] output) {
        this.trees = List.copyOf(trees);
        this.output = output;
        this.keys = new Keys(trees);
        this.roots = new int[trees.size()];
        boolean slotsFit = keys.count() <= MAX_SLOT;
        int size = 0;
        for (int i = 0; i < roots.length; i++) {
            Tree tree = trees.get(i);
            boolean fits = slotsFit && fits(tree) && size <= Integer.MAX_VALUE - 8 - tree.nodes();
            roots[i] = fits ? size : NOT_PACKED;
            size += fits ? tree.nodes() : 0;
        }
        this.nodes = new long[size];
        this.values = new float[size];
        for (int i = 0; i < roots.length; i++) {
            if (roots[i] != NOT_PACKED) {
                pack(trees.get(i), roots[i]);
            }
        }
        this.fourDepths = new int[Math.max(0, roots.length - 3)];
        for (int i = 0; i < fourDepths.length; i++) {
            fourDepths[i] = fourDepth(i);
        }
    }

    private static boolean fits(Tree tree) {
        if (tree.categories() != null) {
            return false;
        }
        for (int node = 0; node < tree.nodes(); node++) {
            if (tree.left()[node] + 1 - node > MAX_OFFSET) {
                return false;
            }
        }
        return true;
    }

    private int fourDepth(int first) {
        int depth = 0;
        for (int i = first; i < first + 4; i++) {
            if (roots[i] == NOT_PACKED) {
                return NOT_FOUR;
            }
            depth = Math.max(depth, trees.get(i).depth());
        }
        return depth;
    }

    private void pack(Tree tree, int root) {
        System.arraycopy(tree.value(), 0, values, root, tree.nodes());
        for (int node = 0; node < tree.nodes(); node++) {
            if (tree.isLeaf(node)) {
                nodes[root + node] = Keys.never();
            } else {
                nodes[root + node] = Keys.threshold(tree.value()[node])
                        | (long) (tree.left()[node] + 1 - node) << SLOT_BITS
                        | keys.slot(tree.feature()[node], tree.missingLeft()[node]);
            }
        }
    }

    List<Tree> list() {
        return trees;
    }

    /** The output that each tree adds to. */
    int[] outputs() {
        return output;
    }

    Keys keys() {
        return keys;
    }

    /**
     * The margin of the only output: {@code base}, and each tree's leaf added in order. As {@link #addTo} with one row, but a fifth
     * faster: the sum never leaves the processor.
     */
    float sum(float base, float[] vector, long[] key) {
        long[] packed = nodes;
        float sum = base;
        int tree = 0;
        while (tree < roots.length) {
            int depth = tree < fourDepths.length ? fourDepths[tree] : NOT_FOUR;
            if (depth == NOT_FOUR) {
                sum += leaf(tree, vector, 0, key, 0);
                tree++;
                continue;
            }
            int a = roots[tree];
            int b = roots[tree + 1];
            int c = roots[tree + 2];
            int d = roots[tree + 3];
            for (int level = 0; level < depth; level++) {
                a = step(packed, a, key, 0);
                b = step(packed, b, key, 0);
                c = step(packed, c, key, 0);
                d = step(packed, d, key, 0);
            }
            sum += values[a];
            sum += values[b];
            sum += values[c];
            sum += values[d];
            tree += 4;
        }
        return sum;
    }

    /**
     * Adds to the margins of rows what the trees say, in the order of the trees. Four rows at a time go down a tree side by side, all
     * of them tree by tree, so that a tree's nodes stay near; of the last rows each goes down four trees at a time.
     *
     * @param vectors the rows one after the other, from {@code from} on
     * @param key their keys
     * @param margins of each row as many as there are outputs, from {@code to} on
     */
    void addTo(float[] margins, int to, int outputs, float[] vectors, int from, int features, int rows, long[] key) {
        int fours = rows / 4 * 4;
        for (int tree = 0; fours > 0 && tree < roots.length; tree++) {
            int margin = to + output[tree];
            if (roots[tree] == NOT_PACKED) {
                for (int row = 0; row < fours; row++) {
                    margins[margin + row * outputs] += trees.get(tree).leaf(vectors, from + row * features);
                }
            } else {
                addFours(roots[tree], depth(tree), margins, margin, outputs, fours, key);
            }
        }
        for (int row = fours; row < rows; row++) {
            addRow(margins, to + row * outputs, vectors, from + row * features, key, row * keys.count());
        }
    }

    private void addRow(float[] margins, int to, float[] vectors, int from, long[] key, int firstKey) {
        long[] packed = nodes;
        float[] leaves = values;
        int[] outputs = output;
        int tree = 0;
        while (tree < roots.length) {
            int depth = tree < fourDepths.length ? fourDepths[tree] : NOT_FOUR;
            if (depth == NOT_FOUR) {
                margins[to + outputs[tree]] += leaf(tree, vectors, from, key, firstKey);
                tree++;
                continue;
            }
            int a = roots[tree];
            int b = roots[tree + 1];
            int c = roots[tree + 2];
            int d = roots[tree + 3];
            for (int level = 0; level < depth; level++) {
                a = step(packed, a, key, firstKey);
                b = step(packed, b, key, firstKey);
                c = step(packed, c, key, firstKey);
                d = step(packed, d, key, firstKey);
            }
            margins[to + outputs[tree]] += leaves[a];
            margins[to + outputs[tree + 1]] += leaves[b];
            margins[to + outputs[tree + 2]] += leaves[c];
            margins[to + outputs[tree + 3]] += leaves[d];
            tree += 4;
        }
    }

    private void addFours(int root, int depth, float[] margins, int to, int outputs, int rows, long[] key) {
        long[] packed = nodes;
        float[] leaves = values;
        int width = keys.count();
        int first = 0;
        int margin = to;
        for (int row = 0; row < rows; row += 4) {
            int second = first + width;
            int third = second + width;
            int fourth = third + width;
            int a = root;
            int b = root;
            int c = root;
            int d = root;
            for (int level = 0; level < depth; level++) {
                a = step(packed, a, key, first);
                b = step(packed, b, key, second);
                c = step(packed, c, key, third);
                d = step(packed, d, key, fourth);
            }
            margins[margin] += leaves[a];
            margins[margin + outputs] += leaves[b];
            margins[margin + 2 * outputs] += leaves[c];
            margins[margin + 3 * outputs] += leaves[d];
            first = fourth + width;
            margin += 4 * outputs;
        }
    }

    private float leaf(int tree, float[] vectors, int from, long[] key, int firstKey) {
        int node = roots[tree];
        if (node == NOT_PACKED) {
            return trees.get(tree).leaf(vectors, from);
        }
        for (int level = depth(tree); level > 0; level--) {
            node = step(nodes, node, key, firstKey);
        }
        return values[node];
    }

    private int depth(int tree) {
        return trees.get(tree).depth();
    }

    private static int step(long[] nodes, int at, long[] key, int firstKey) {
        long node = nodes[at];
        int offset = ((int) node >>> SLOT_BITS) & MAX_OFFSET;
        long less = (key[firstKey + ((int) node & MAX_SLOT)] - node) >> (Long.SIZE - 1);
        return at + offset + (int) less;
    }

    /** The thresholds of all numeric splits: where a vector's answer can change. */
    float[] thresholds() {
        float[] thresholds = new float[trees.stream().mapToInt(Tree::nodes).sum()];
        int count = 0;
        for (Tree tree : trees) {
            for (int node = 0; node < tree.nodes(); node++) {
                int[][] categories = tree.categories();
                if (!tree.isLeaf(node) && (categories == null || categories[node] == null)) {
                    thresholds[count++] = tree.value()[node];
                }
            }
        }
        return Arrays.copyOf(thresholds, count);
    }
}

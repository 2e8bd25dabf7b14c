package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.unsupported;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Says what each feature contributed to a forest's margins: Shapley values, a missing feature weighing both branches by their
 * cover ("path-dependent" TreeSHAP, XGBoost's {@code pred_contribs}). Immutable and thread-safe; room for an answer is the
 * caller's.
 *
 * <p>A leaf's value counts in the game of its path's features {@code j} as the product of {@code o_j} (1 where the vector goes the
 * path's way at all splits on {@code j}, else 0) for those that play, and of {@code z_j} (the share of training rows that went this
 * way there) for the others. The Shapley value of feature {@code i} in a product game is
 *
 * <pre>  v (o_i - z_i) ∫ ∏ over j ≠ i of (o_j t + z_j (1 - t)) dt   over t from 0 to 1</pre>
 *
 * whose integrand is a polynomial, so {@link Quadrature} with half as many points as the path has features is exact. For each
 * point, the products go down the tree, the leaves' sums come up, and each split divides its own factor out: time is linear
 * in the nodes. (The idea is of <i>Linear TreeShap</i>, Yu et al., 2022; the quadrature instead of its polynomials divides by
 * numbers from {@code t} up only, so nothing is lost.) All arithmetic is double; XGBoost's is float.
 */
public final class Explainer {

    /** Of one path. Forests have some tens; the tables grow by this, so a hostile file must not choose it. */
    private static final int MAX_FEATURES_OF_PATH = 64;

    /** Each node looks for its feature on the way up. */
    private static final int MAX_DEPTH = 1_000;

    /** Of the tables of all trees: an eighth of the heap. A thousand full trees of depth 6 take 18 MiB, of depth 10 560. */
    static final long MAX_BYTES = Runtime.getRuntime().maxMemory() / 8;

    private final int features;
    private final int outputs;

    /** Per output what the margin is before anything is known: base margin and mean of the trees. */
    private final double[] bias;

    private final List<ExplainedTree> trees = new ArrayList<>();
    private final int[] outputOf;
    private final Keys keys;
    private int nodes;

    Explainer(int features, float[] baseMargins, Trees forest) throws ModelFormatException {
        this.features = features;
        this.outputs = baseMargins.length;
        this.outputOf = forest.outputs();
        this.keys = forest.keys();
        this.bias = new double[outputs];
        for (int i = 0; i < outputs; i++) {
            bias[i] = baseMargins[i];
        }
        long bytes = 0;
        for (Tree tree : forest.list()) {
            if (tree.depth() > MAX_DEPTH) {
                throw unsupported(
                        "trees of at most " + MAX_DEPTH + " levels, to explain them", "one of " + tree.depth());
            }
            Paths paths = Paths.of(tree);
            if (paths.mostFeatures() > MAX_FEATURES_OF_PATH) {
                throw unsupported(
                        "paths of at most " + MAX_FEATURES_OF_PATH + " different features, to explain them",
                        "one of " + paths.mostFeatures());
            }
            // Before they are made: what is refused takes no more room than what is not.
            bytes += ExplainedTree.bytes(tree, paths);
            if (bytes > MAX_BYTES) {
                throw unsupported(
                        "trees that take at most %d MiB to explain them".formatted(MAX_BYTES >> 20),
                        "trees of which the first %d of %d take more: train fewer or smaller ones, or give more memory"
                                .formatted(trees.size() + 1, forest.list().size()));
            }
            bias[outputOf[trees.size()]] += paths.mean(tree);
            trees.add(new ExplainedTree(tree, paths, keys));
            nodes = Math.max(nodes, tree.nodes());
        }
    }

    /** What an explanation needs to compute; to be used again, by one thread at a time. */
    public static final class Workspace {
        final long[] keys;
        final int[] edges;
        final double[] products;

        private Workspace(int keys, int nodes) {
            this.keys = new long[keys];
            this.edges = new int[nodes];
            this.products = new double[ExplainedTree.LANES * nodes];
        }
    }

    public Workspace workspace() {
        return new Workspace(keys.count(), nodes);
    }

    /** How many numbers an explanation is: for each output one per feature, then the bias. */
    public int length() {
        return Math.multiplyExact(outputs, features + 1);
    }

    /**
     * Writes for each output what each feature contributed to its margin, and then the bias: together they are the margin.
     * Allocates nothing.
     *
     * @param contributions {@link #length()} numbers, overwritten
     */
    public void contributions(float[] vector, double[] contributions, Workspace workspace) {
        if (vector.length != features) {
            throw new IllegalArgumentException(
                    "expected a vector of %d features, but came %d".formatted(features, vector.length));
        }
        if (contributions.length != length()) {
            throw new IllegalArgumentException(
                    "expected room for %d contributions, but came %d".formatted(length(), contributions.length));
        }
        Arrays.fill(contributions, 0);
        keys.write(vector, 0, workspace.keys, 0);
        for (int tree = 0; tree < outputOf.length; tree++) {
            int from = outputOf[tree] * (features + 1);
            trees.get(tree).addTo(contributions, from, vector, workspace);
        }
        for (int output = 0; output < outputs; output++) {
            contributions[output * (features + 1) + features] = bias[output];
        }
    }
}

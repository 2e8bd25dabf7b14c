package dev.millrace.forest;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One tree, with all that {@link Explainer} can know before the vector. An edge is in one of three states: the vector goes
 * another way already at an earlier split on the feature, at this one, or nowhere. With {@code F(o) = o t + z (1 - t)} the factor of
 * the edge's feature and {@code F'} that of its previous edge, per point, edge and state are kept
 *
 * <ul>
 *   <li>the step {@code F / F'}, by which the product changes on the way down, at leaves times their value;
 *   <li>the gain {@code w (o - z) / F - w (o' - z') / F'}, by which the leaves' sum counts for the feature on the way up.
 * </ul>
 */
final class ExplainedTree {
    private static final int STATES = 3;

    /** Points that go down and up together: paths of up to six features need no more. Points without weight fill the last ones. */
    static final int LANES = 3;

    private final Tree tree;

    /** Nodes that split, parents before their children. */
    private final int[] splits;

    /** Per split its left child, the edge before both, its feature, and its threshold with the slot of its key below. */
    private final int[] left;

    private final int[] previous;
    private final int[] feature;
    private final long[] threshold;

    /** How many times all lanes go down and up. */
    private final int passes;

    /** Per pass, edge, state and lane. */
    private final double[] steps;

    private final double[] gains;

    ExplainedTree(Tree tree, Paths paths, Keys keys) {
        this.tree = tree;
        this.splits = IntStream.range(0, tree.nodes())
                .filter(node -> !tree.isLeaf(node))
                .toArray();
        this.left = Arrays.stream(splits).map(node -> tree.left()[node]).toArray();
        this.previous = Arrays.stream(left).map(node -> paths.previous()[node]).toArray();
        this.feature = Arrays.stream(splits).map(node -> tree.feature()[node]).toArray();
        this.threshold = Arrays.stream(splits)
                .mapToLong(node ->
                        Keys.threshold(tree.value()[node]) | keys.slot(tree.feature()[node], tree.missingLeft()[node]))
                .toArray();
        Quadrature quadrature = Quadrature.of(points(paths));
        int points = quadrature.points().length;
        this.passes = passes(paths);
        this.steps = new double[passes * tree.nodes() * STATES * LANES];
        this.gains = new double[steps.length];
        for (int point = 0; point < points; point++) {
            for (int node = 1; node < tree.nodes(); node++) {
                prepare(paths, quadrature.points()[point], quadrature.weights()[point], point, node);
            }
        }
    }

    private static int points(Paths paths) {
        return Math.max(1, (paths.mostFeatures() + 1) / 2);
    }

    private static int passes(Paths paths) {
        return (points(paths) + LANES - 1) / LANES;
    }

    /** What the tables of such a tree take: both of steps and of gains, and what is kept of each split. */
    static long bytes(Tree tree, Paths paths) {
        long tables = 2L * Double.BYTES * STATES * LANES * passes(paths);
        return tree.nodes() * (tables + 2L * Integer.BYTES + Double.BYTES);
    }

    private void prepare(Paths paths, double t, double weight, int point, int node) {
        double share = paths.share()[node];
        double before = paths.share()[paths.previous()[node]];
        double factor = t + share * (1 - t);
        double factorBefore = t + before * (1 - t);
        double gain = weight * (1 - share) / factor;
        double gainBefore = weight * (1 - before) / factorBefore;
        double value = tree.isLeaf(node) ? tree.value()[node] : 1;
        int other = ((point / LANES) * tree.nodes() + node) * STATES * LANES + point % LANES;
        int turns = other + LANES;
        int stays = turns + LANES;
        steps[other] = value * paths.local()[node];
        steps[turns] = value * share * (1 - t) / factorBefore;
        gains[turns] = -weight / (1 - t) - gainBefore;
        steps[stays] = value * factor / factorBefore;
        gains[stays] = gain - gainBefore;
    }

    void addTo(double[] contributions, int from, float[] vector, Explainer.Workspace workspace) {
        int[] edges = workspace.edges;
        edges[0] = STATES - 1;
        if (tree.categories() == null) {
            decide(workspace.keys, edges);
        } else {
            decideCategories(vector, edges);
        }
        for (int pass = 0; pass < passes; pass++) {
            int first = pass * tree.nodes() * STATES;
            down(first, edges, workspace.products);
            up(first, edges, workspace.products, contributions, from);
        }
    }

    /** Writes of each edge which of all edges' states it is in. */
    private void decide(long[] keys, int[] edges) {
        for (int i = 0; i < threshold.length; i++) {
            long split = threshold[i];
            int goesLeft = (int) ((keys[(int) split & Integer.MAX_VALUE] - split) >>> (Long.SIZE - 1));
            enter(i, goesLeft, edges);
        }
    }

    private void decideCategories(float[] vector, int[] edges) {
        for (int i = 0; i < splits.length; i++) {
            enter(i, tree.goesLeft(splits[i], vector[feature[i]]) ? 1 : 0, edges);
        }
    }

    private void enter(int split, int goesLeft, int[] edges) {
        // 1 while the vector goes the previous edge's way: that edge is in the last of its states.
        int before = previous[split];
        int same = (edges[before] - before * STATES) >> 1;
        int child = left[split];
        edges[child] = child * STATES + same + (same & goesLeft);
        edges[child + 1] = child * STATES + STATES + same + (same & ~goesLeft);
    }

    private void down(int first, int[] edges, double[] products) {
        products[0] = 1;
        products[1] = 1;
        products[2] = 1;
        for (int i = 0; i < splits.length; i++) {
            int parent = splits[i] * LANES;
            double a = products[parent];
            double b = products[parent + 1];
            double c = products[parent + 2];
            int child = left[i];
            int stepLeft = (first + edges[child]) * LANES;
            int stepRight = (first + edges[child + 1]) * LANES;
            int product = child * LANES;
            products[product] = a * steps[stepLeft];
            products[product + 1] = b * steps[stepLeft + 1];
            products[product + 2] = c * steps[stepLeft + 2];
            products[product + 3] = a * steps[stepRight];
            products[product + 4] = b * steps[stepRight + 1];
            products[product + 5] = c * steps[stepRight + 2];
        }
    }

    private void up(int first, int[] edges, double[] sums, double[] contributions, int from) {
        for (int i = splits.length - 1; i >= 0; i--) {
            int child = left[i];
            int gainLeft = (first + edges[child]) * LANES;
            int gainRight = (first + edges[child + 1]) * LANES;
            int sum = child * LANES;
            double leftA = sums[sum];
            double leftB = sums[sum + 1];
            double leftC = sums[sum + 2];
            double rightA = sums[sum + 3];
            double rightB = sums[sum + 4];
            double rightC = sums[sum + 5];
            int parent = splits[i] * LANES;
            sums[parent] = leftA + rightA;
            sums[parent + 1] = leftB + rightB;
            sums[parent + 2] = leftC + rightC;
            double ofLeft = leftA * gains[gainLeft] + leftB * gains[gainLeft + 1] + leftC * gains[gainLeft + 2];
            double ofRight = rightA * gains[gainRight] + rightB * gains[gainRight + 1] + rightC * gains[gainRight + 2];
            contributions[from + feature[i]] += ofLeft + ofRight;
        }
    }
}

package dev.millrace.forest;

/**
 * One tree, with all that {@link Explainer} can know before the vector. An edge is in one of three states: the vector goes
 * another way already at an earlier split on the feature, at this one, or nowhere. With {@code F(o) = o t + z (1 - t)} the factor of
 * the edge's feature and {@code F'} that of its previous edge, per state and point are kept
 *
 * <ul>
 *   <li>the step {@code F / F'}, by which the product changes on the way down;
 *   <li>the gain {@code w (o - z) / F - w (o' - z') / F'}, by which the leaves' sum counts for the feature on the way up.
 * </ul>
 */
final class ExplainedTree {
    private static final int STATES = 3;

    /** Where a step down splits. */
    private final Tree tree;

    private final int[] previous;
    private final int points;

    /** Per node, state and point. */
    private final double[] steps;

    private final double[] gains;

    ExplainedTree(Tree tree, Paths paths) {
        this.tree = tree;
        this.previous = paths.previous();
        Quadrature quadrature = Quadrature.of(Math.max(1, (paths.mostFeatures() + 1) / 2));
        this.points = quadrature.points().length;
        this.steps = new double[tree.nodes() * STATES * points];
        this.gains = new double[steps.length];
        for (int node = 1; node < tree.nodes(); node++) {
            double share = paths.share()[node];
            double before = paths.share()[previous[node]];
            for (int point = 0; point < points; point++) {
                double t = quadrature.points()[point];
                double weight = quadrature.weights()[point];
                double factor = t + share * (1 - t);
                double factorBefore = t + before * (1 - t);
                double gain = weight * (1 - share) / factor;
                double gainBefore = weight * (1 - before) / factorBefore;
                int first = node * STATES * points + point;
                steps[first] = paths.local()[node];
                steps[first + points] = share * (1 - t) / factorBefore;
                gains[first + points] = -weight / (1 - t) - gainBefore;
                steps[first + 2 * points] = factor / factorBefore;
                gains[first + 2 * points] = gain - gainBefore;
            }
        }
    }

    /** How many products it needs room for. */
    int room() {
        return tree.nodes() * points;
    }

    void addTo(double[] contributions, int from, float[] vector, Explainer.Workspace workspace) {
        down(vector, workspace.states, workspace.products);
        up(contributions, from, workspace.states, workspace.products);
    }

    /** Parents come before their children. Leaves get their value times their product. */
    private void down(float[] vector, int[] states, double[] products) {
        int n = points;
        states[0] = 2;
        for (int point = 0; point < n; point++) {
            products[point] = 1;
        }
        for (int node = 0; node < tree.nodes(); node++) {
            if (tree.isLeaf(node)) {
                float value = tree.value()[node];
                for (int point = 0; point < n; point++) {
                    products[node * n + point] *= value;
                }
                continue;
            }
            int left = tree.left()[node];
            int goesLeft = tree.goesLeft(node, vector[tree.feature()[node]]) ? 1 : 0;
            // The previous edge's: 2 while the vector goes this way, else less.
            int same = states[previous[left]] >> 1;
            states[left] = same + (same & goesLeft);
            states[left + 1] = same + (same & (1 - goesLeft));
            int stepLeft = (left * STATES + states[left]) * n;
            int stepRight = ((left + 1) * STATES + states[left + 1]) * n;
            for (int point = 0; point < n; point++) {
                double product = products[node * n + point];
                products[left * n + point] = product * steps[stepLeft + point];
                products[left * n + n + point] = product * steps[stepRight + point];
            }
        }
    }

    private void up(double[] contributions, int from, int[] states, double[] sums) {
        int n = points;
        for (int node = tree.nodes() - 1; node >= 0; node--) {
            if (tree.isLeaf(node)) {
                continue;
            }
            int left = tree.left()[node];
            int gainLeft = (left * STATES + states[left]) * n;
            int gainRight = ((left + 1) * STATES + states[left + 1]) * n;
            double contribution = 0;
            for (int point = 0; point < n; point++) {
                double sumLeft = sums[left * n + point];
                double sumRight = sums[left * n + n + point];
                contribution += sumLeft * gains[gainLeft + point] + sumRight * gains[gainRight + point];
                sums[node * n + point] = sumLeft + sumRight;
            }
            contributions[from + tree.feature()[node]] += contribution;
        }
    }
}

package dev.millrace.forest;

/**
 * What the paths of a tree are, whatever the vector. An edge is named by the node that it leads to; node 0, the root, stands for
 * "no edge".
 *
 * @param previous per node the nearest edge above it that comes from a split on the same feature as its own
 * @param share per node the share of the training rows that went this way at all splits on its feature down to here
 * @param local per node the share of those at its parent that went to it
 * @param mostFeatures on how many different features a path splits at most
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Paths(int[] previous, double[] share, double[] local, int mostFeatures) {

    static Paths of(Tree tree) {
        int nodes = tree.nodes();
        int[] parent = new int[nodes];
        int[] previous = new int[nodes];
        int[] different = new int[nodes];
        double[] share = new double[nodes];
        double[] local = new double[nodes];
        share[0] = 1;
        local[0] = 1;
        int most = 0;
        for (int node = 0; node < nodes; node++) {
            if (tree.isLeaf(node)) {
                most = Math.max(most, different[node]);
                continue;
            }
            int feature = tree.feature()[node];
            int same = node;
            while (same != 0 && tree.feature()[parent[same]] != feature) {
                same = parent[same];
            }
            for (int child = tree.left()[node]; child <= tree.left()[node] + 1; child++) {
                parent[child] = node;
                previous[child] = same;
                different[child] = different[node] + (same == 0 ? 1 : 0);
                local[child] = share(tree.cover()[child], tree.cover()[node]);
                share[child] = share[same] * local[child];
            }
        }
        return new Paths(previous, share, local, most);
    }

    /** Where no training row had weight, both ways weigh the same. */
    private static double share(float cover, float ofParent) {
        double share = (double) cover / ofParent;
        return share >= 0 && share < Double.POSITIVE_INFINITY ? share : 0.5;
    }

    /** The mean of the leaves, weighed by their shares. */
    double mean(Tree tree) {
        double[] weight = new double[share.length];
        weight[0] = 1;
        double mean = 0;
        for (int node = 0; node < weight.length; node++) {
            if (tree.isLeaf(node)) {
                mean += weight[node] * tree.value()[node];
            } else {
                int left = tree.left()[node];
                weight[left] = weight[node] * local[left];
                weight[left + 1] = weight[node] * local[left + 1];
            }
        }
        return mean;
    }
}

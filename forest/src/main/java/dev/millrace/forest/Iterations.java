package dev.millrace.forest;

import static dev.millrace.forest.ModelFormatException.invalid;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Which trees each round of boosting made: one per output, times the number of parallel trees.
 *
 * @param starts the first tree of each round, and where the last one ends
 * @param best the best round, if training kept it
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Iterations(int[] starts, OptionalInt best) {

    /** Reads what the file says, as XGBoost 2.1 and newer do; of older ones, all rounds made as many trees. */
    static Iterations read(Value.Fields model, int trees, int outputs, OptionalInt best) throws ModelFormatException {
        int[] starts = model.has("iteration_indptr")
                ? model.integers("iteration_indptr")
                : even(trees, perRound(model.fields("gbtree_model_param"), outputs));
        boolean ascending = starts.length > 0 && starts[0] == 0 && starts[starts.length - 1] == trees;
        for (int i = 1; i < starts.length; i++) {
            ascending &= starts[i - 1] <= starts[i];
        }
        if (!ascending) {
            throw invalid("iterations that begin at tree 0, ascend and end at " + trees, starts.length + " others");
        }
        if (best.isPresent() && (best.getAsInt() < 0 || best.getAsInt() >= starts.length - 1)) {
            throw invalid("a best iteration below " + (starts.length - 1), "" + best.getAsInt());
        }
        return new Iterations(starts, best);
    }

    private static long perRound(Value.Fields parameters, int outputs) throws ModelFormatException {
        int parallel = parameters.has("num_parallel_tree") ? parameters.parameter("num_parallel_tree") : 1;
        return (long) outputs * Math.max(1, parallel);
    }

    private static int[] even(int trees, long perRound) throws ModelFormatException {
        if (trees % perRound != 0) {
            throw invalid("rounds of " + perRound + " trees", trees + " trees");
        }
        int[] starts = new int[(int) (trees / perRound) + 1];
        Arrays.setAll(starts, i -> (int) (i * perRound));
        return starts;
    }

    int count() {
        return starts.length - 1;
    }

    int firstTree(int round) {
        return starts[round];
    }

    /** The rounds of a range, counted anew. */
    Iterations range(int from, int to) {
        int[] some = Arrays.copyOfRange(starts, from, to + 1);
        int first = some[0];
        Arrays.setAll(some, i -> some[i] - first);
        boolean has = best.isPresent() && best.getAsInt() >= from && best.getAsInt() < to;
        return new Iterations(some, has ? OptionalInt.of(best.getAsInt() - from) : OptionalInt.empty());
    }
}

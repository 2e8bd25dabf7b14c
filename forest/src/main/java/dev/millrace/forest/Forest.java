package dev.millrace.forest;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * A gradient-boosted forest, scored as XGBoost scores it: float32, base margin first, then the trees in order. Immutable and
 * thread-safe; scoring allocates nothing.
 *
 * <p>A vector has one float32 per feature; NaN is a missing value, and goes where its split says. A categorical feature's value
 * is its category's number; parts after the point do not count, and what is no category of a split goes left.
 */
public final class Forest {

    /** Rows that are scored together: their keys and a tree fit the nearest cache. */
    private static final int BLOCK = 32;

    private final Objective objective;
    private final int features;
    private final List<String> featureNames;
    private final float[] baseMargins;
    private final Trees trees;
    private final Iterations iterations;
    private final Scratch.Pool single;
    private final Scratch.Pool blocks;

    Forest(
            Objective objective,
            int features,
            List<String> featureNames,
            float[] baseMargins,
            Trees trees,
            Iterations iterations) {
        this.objective = objective;
        this.features = features;
        this.featureNames = featureNames;
        this.baseMargins = baseMargins;
        this.trees = trees;
        this.iterations = iterations;
        this.single = new Scratch.Pool(trees.keys().count(), baseMargins.length);
        this.blocks = new Scratch.Pool(BLOCK * trees.keys().count(), BLOCK * baseMargins.length);
    }

    /**
     * Reads a model as XGBoost saves it, in UBJ or JSON.
     *
     * @throws ModelFormatException if the bytes are no such model, or one that is refused: other boosters than gbtree and dart,
     *     other objectives than those of {@link Objective}, vectors in leaves, files of more than 160 MiB, and what would take more
     *     than 128 MiB of the heap besides the file (a thousand trees of depth 10 take half of it)
     */
    public static Forest read(byte[] model) throws ModelFormatException {
        return ModelReader.read(model);
    }

    public Objective objective() {
        return objective;
    }

    /** How long a vector is. */
    public int features() {
        return features;
    }

    /** The names of the features, or none when the model was saved without. */
    public List<String> featureNames() {
        return featureNames;
    }

    /** How many margins a vector gets: the number of classes or targets, or 1. */
    public int outputs() {
        return baseMargins.length;
    }

    /** How many scores a vector gets: one per output, but of {@link Objective#SOFTMAX} one, the class. */
    public int answers() {
        return link().answers(outputs());
    }

    public int trees() {
        return trees.list().size();
    }

    /** How many rounds of boosting there were. */
    public int iterations() {
        return iterations.count();
    }

    /** The round that was the best on validation data, counted from 0, when training kept it. */
    public OptionalInt bestIteration() {
        return iterations.best();
    }

    /** The forest that these rounds alone make: up to the best one, it is what early stopping would have kept. */
    public Forest iterations(int from, int to) {
        if (from < 0 || from >= to || to > iterations.count()) {
            throw new IllegalArgumentException("expected iterations from 0 to %d, at least one, but came %d to %d"
                    .formatted(iterations.count(), from, to));
        }
        int first = iterations.firstTree(from);
        int end = iterations.firstTree(to);
        Trees some = new Trees(trees.list().subList(first, end), Arrays.copyOfRange(trees.outputs(), first, end));
        return new Forest(objective, features, featureNames, baseMargins, some, iterations.range(from, to));
    }

    /** The sum of the base margin and the trees, of a model with one output. */
    public float margin(float[] vector) {
        check(vector.length, 1);
        checkRoom(outputs(), 1);
        return sum(vector);
    }

    /** What the objective makes of the margins, of a model with one answer: a probability, a value, a rate, a class. */
    public float score(float[] vector) {
        check(vector.length, 1);
        checkRoom(answers(), 1);
        if (outputs() == 1) {
            return link().score(sum(vector));
        }
        Scratch scratch = single.take();
        add(vector, scratch, scratch.margins());
        link().scores(scratch.margins(), 0, outputs(), scratch.margins(), 0);
        float score = scratch.margins()[0];
        single.give(scratch);
        return score;
    }

    /** Writes the margin of each output into {@code margins}. */
    public void margins(float[] vector, float[] margins) {
        check(vector.length, 1);
        checkRoom(outputs(), margins.length);
        Scratch scratch = single.take();
        add(vector, scratch, margins);
        single.give(scratch);
    }

    /** Writes each answer's score into {@code scores}. */
    public void scores(float[] vector, float[] scores) {
        check(vector.length, 1);
        checkRoom(answers(), scores.length);
        Scratch scratch = single.take();
        add(vector, scratch, scratch.margins());
        link().scores(scratch.margins(), 0, outputs(), scores, 0);
        single.give(scratch);
    }

    /** Writes the margins of rows, one after the other, which have the bits that each would have alone. */
    public void marginsOfRows(float[] vectors, int rows, float[] margins) {
        check(vectors.length, rows);
        checkRoom((long) rows * outputs(), margins.length);
        Scratch scratch = blocks.take();
        for (int row = 0; row < rows; row += BLOCK) {
            addBlock(vectors, row, Math.min(BLOCK, rows - row), scratch, margins, row * outputs());
        }
        blocks.give(scratch);
    }

    /** Writes the scores of rows, one after the other, which have the bits that each would have alone. */
    public void scoresOfRows(float[] vectors, int rows, float[] scores) {
        check(vectors.length, rows);
        checkRoom((long) rows * answers(), scores.length);
        Scratch scratch = blocks.take();
        for (int first = 0; first < rows; first += BLOCK) {
            int count = Math.min(BLOCK, rows - first);
            addBlock(vectors, first, count, scratch, scratch.margins(), 0);
            for (int row = 0; row < count; row++) {
                link().scores(scratch.margins(), row * outputs(), outputs(), scores, (first + row) * answers());
            }
        }
        blocks.give(scratch);
    }

    /**
     * What explains this forest's margins; making it takes a while, and several times the forest's room.
     *
     * @throws ModelFormatException if paths split on more different features than can be explained, or it would take more than
     *     an eighth of the heap
     */
    public Explainer explainer() throws ModelFormatException {
        return new Explainer(features, baseMargins, trees);
    }

    private Link link() {
        return objective.link();
    }

    private float sum(float[] vector) {
        Scratch scratch = single.take();
        trees.keys().write(vector, 0, scratch.keys(), 0);
        float sum = trees.sum(baseMargins[0], vector, scratch.keys());
        single.give(scratch);
        return sum;
    }

    private void add(float[] vector, Scratch scratch, float[] margins) {
        addBlock(vector, 0, 1, scratch, margins, 0);
    }

    private void addBlock(float[] vectors, int first, int rows, Scratch scratch, float[] margins, int to) {
        Keys keys = trees.keys();
        for (int row = 0; row < rows; row++) {
            keys.write(vectors, (first + row) * features, scratch.keys(), row * keys.count());
            System.arraycopy(baseMargins, 0, margins, to + row * outputs(), outputs());
        }
        trees.addTo(margins, to, outputs(), vectors, first * features, features, rows, scratch.keys());
    }

    List<Tree> treesAsRead() {
        return trees.list();
    }

    /** The thresholds of all numeric splits: where a vector's answer can change. */
    float[] thresholds() {
        return trees.thresholds();
    }

    private void check(int length, int rows) {
        if (length != (long) rows * features) {
            throw new IllegalArgumentException(
                    rows == 1
                            ? "expected a vector of %d features, but came %d".formatted(features, length)
                            : "expected %d vectors of %d features, but came %d values"
                                    .formatted(rows, features, length));
        }
    }

    private static void checkRoom(long outputs, int room) {
        if (outputs != room) {
            throw new IllegalArgumentException("expected room for %d outputs, but came %d".formatted(outputs, room));
        }
    }
}

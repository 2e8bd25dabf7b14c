package dev.millrace.forest;

import java.util.List;

/**
 * A gradient-boosted forest, scored as XGBoost scores it: float32, base margin first, then the trees in order. Immutable and
 * thread-safe; scoring one output allocates nothing.
 *
 * <p>A vector has one float32 per feature; NaN is a missing value, and goes where its split says.
 */
public final class Forest {

    private final Objective objective;
    private final int features;
    private final List<String> featureNames;
    private final float[] baseMargins;
    private final Trees trees;

    Forest(Objective objective, int features, List<String> featureNames, float[] baseMargins, Trees trees) {
        this.objective = objective;
        this.features = features;
        this.featureNames = featureNames;
        this.baseMargins = baseMargins;
        this.trees = trees;
    }

    /**
     * Reads a model as XGBoost saves it, in UBJ or JSON.
     *
     * @throws ModelFormatException if the bytes are no such model, or one that is refused: other boosters than gbtree, other
     *     objectives than those of {@link Objective}, categorical splits, vectors in leaves
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

    /** How many scores a vector gets: the number of classes, or 1. */
    public int outputs() {
        return baseMargins.length;
    }

    public int trees() {
        return trees.count();
    }

    /** The sum of the base margin and the trees, of a model with one output. */
    public float margin(float[] vector) {
        check(vector, 1);
        return trees.sum(baseMargins[0], vector);
    }

    /** What the objective makes of the {@link #margin}: a probability, a value, a rate. */
    public float score(float[] vector) {
        return objective.transform(margin(vector));
    }

    /** Writes the margin of each output into {@code margins}. */
    public void margins(float[] vector, float[] margins) {
        check(vector, margins.length);
        System.arraycopy(baseMargins, 0, margins, 0, margins.length);
        trees.addTo(margins, vector);
    }

    /** Writes the score of each output into {@code scores}. */
    public void scores(float[] vector, float[] scores) {
        margins(vector, scores);
        objective.transform(scores);
    }

    /** The thresholds of all splits: where a vector's answer can change. */
    float[] thresholds() {
        return trees.thresholds();
    }

    private void check(float[] vector, int outputs) {
        if (vector.length != features) {
            throw new IllegalArgumentException(
                    "expected a vector of %d features, but came %d".formatted(features, vector.length));
        }
        if (outputs != baseMargins.length) {
            throw new IllegalArgumentException(
                    "expected room for %d outputs, but came %d".formatted(baseMargins.length, outputs));
        }
    }
}

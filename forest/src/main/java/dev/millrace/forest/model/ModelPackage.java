package dev.millrace.forest.model;

import dev.millrace.forest.Explainer;
import dev.millrace.forest.Forest;
import dev.millrace.forest.ModelFormatException;
import dev.millrace.forest.Objective;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model that is ready to score: its manifest and its trees, which have been held against each other. Immutable and
 * thread-safe.
 */
public final class ModelPackage {

    private final ModelManifest manifest;
    private final Forest forest;
    private @Nullable Explainer explainer;

    private ModelPackage(ModelManifest manifest, Forest forest) {
        this.manifest = manifest;
        this.forest = forest;
    }

    /**
     * Opens a package of the content of {@code millrace.json} and {@code model.ubj}.
     *
     * @throws ModelFormatException if either cannot be read, the trees are not those that the manifest names, they take other
     *     vectors than it says, or they do not reproduce a golden row bit for bit
     */
    public static ModelPackage open(byte[] manifestJson, byte[] trees) throws ModelFormatException {
        ModelManifest manifest = ManifestCodec.read(manifestJson);
        check(manifest, ModelManifest.TREES, trees);
        ModelPackage opened = new ModelPackage(manifest, Forest.read(trees));
        opened.checkSignature();
        opened.checkGoldenRows();
        return opened;
    }

    /** Holds a file of the package against its digest. */
    public static void check(ModelManifest manifest, String file, byte[] content) throws ModelFormatException {
        String expected = manifest.sha256().get(file);
        String came = sha256(content);
        if (!came.equals(expected)) {
            throw new ModelFormatException(
                    ModelFormatException.Code.DIGEST, "sha256 " + expected + " of " + file, came);
        }
    }

    public ModelManifest manifest() {
        return manifest;
    }

    public Forest forest() {
        return forest;
    }

    /** The score of a vector (before scaling, NaN where missing) of a model without classes. */
    public float score(double[] vector) {
        return forest.score(scaled(manifest.scaler(), vector));
    }

    /** The scores of a vector (before scaling, NaN where missing): one, or the probability of each class. */
    public float[] scores(double[] vector) {
        return scores(forest, manifest.scaler(), vector);
    }

    private static float[] scaled(Scaler scaler, double[] vector) {
        float[] scaled = new float[vector.length];
        scaler.apply(vector, scaled);
        return scaled;
    }

    private static float[] scores(Forest forest, Scaler scaler, double[] vector) {
        float[] scaled = scaled(scaler, vector);
        float[] scores = new float[forest.answers()];
        if (scores.length == 1) {
            // The shorter way.
            scores[0] = forest.score(scaled);
        } else {
            forest.scores(scaled, scores);
        }
        return scores;
    }

    /**
     * For each output of the model, what each feature of a vector (before scaling, NaN where missing) contributed to its margin,
     * and then what the margin is before anything is known: together they are the margin, of a probability its logit.
     *
     * @throws ModelFormatException if the trees cannot be explained
     */
    public double[] contributions(double[] vector) throws ModelFormatException {
        Explainer why = explainer();
        float[] scaled = scaled(manifest.scaler(), vector);
        double[] contributions = new double[why.length()];
        why.contributions(scaled, contributions, why.workspace());
        return contributions;
    }

    /** Made when it is asked for: it takes several times the trees' room. */
    private synchronized Explainer explainer() throws ModelFormatException {
        if (explainer == null) {
            explainer = forest.explainer();
        }
        return explainer;
    }

    /** What the scores of each vector are, packed as golden rows. */
    public static List<GoldenRow> golden(Forest forest, Scaler scaler, List<double[]> vectors) {
        return vectors.stream()
                .map(vector -> new GoldenRow(vector.clone(), scores(forest, scaler, vector)))
                .toList();
    }

    /** The SHA-256 of the bytes in lower-case hexadecimal. */
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void checkSignature() throws ModelFormatException {
        List<String> features = manifest.features();
        if (forest.features() != features.size()) {
            throw ModelFormatException.invalid(
                    "trees on " + features.size() + " features", forest.features() + " features");
        }
        if (manifest.classes().isEmpty() ? forest.outputs() != 1 : forest.objective() != Objective.SOFTPROB) {
            throw ModelFormatException.unsupported(
                    "a model with one output, or a manifest with the classes of one of " + Objective.SOFTPROB.id(),
                    "%d outputs of %s for the classes %s"
                            .formatted(forest.outputs(), forest.objective().id(), manifest.classes()));
        }
        if (forest.answers() != manifest.outputs()) {
            throw ModelFormatException.invalid(
                    "an output for each of the classes " + manifest.classes(), forest.answers() + " outputs");
        }
        if (!forest.featureNames().isEmpty() && !forest.featureNames().equals(features)) {
            throw ModelFormatException.invalid("the manifest's features " + features, "" + forest.featureNames());
        }
    }

    private void checkGoldenRows() throws ModelFormatException {
        for (GoldenRow row : manifest.golden()) {
            float[] scores = scores(row.vector());
            if (!row.isGiven(scores)) {
                throw new ModelFormatException(
                        ModelFormatException.Code.GOLDEN,
                        "the scores " + Arrays.toString(row.scores()) + " of a golden row",
                        Arrays.toString(scores));
            }
        }
    }
}

package dev.millrace.forest.model;

import dev.millrace.forest.Explainer;
import dev.millrace.forest.Forest;
import dev.millrace.forest.ModelFormatException;
import dev.millrace.forest.Objective;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model that is ready to score: its manifest and its trees, which have been held against each other. Immutable and
 * thread-safe.
 */
public final class ModelPackage {

    private final ModelManifest manifest;
    private final Forest forest;
    private final List<Forest> estimates;
    private @Nullable Explainer explainer;

    /** Why there is no explainer, once that has come out. */
    private @Nullable ModelFormatException unexplained;

    private ModelPackage(ModelManifest manifest, List<Forest> trees) {
        this.manifest = manifest;
        this.forest = trees.getFirst();
        this.estimates = trees.subList(1, trees.size());
    }

    /**
     * Opens a package of its files by path: {@code millrace.json}, and the trees that it names; others are not read.
     *
     * @throws ModelFormatException if one of them is missing or cannot be read, the trees are not those that the manifest names,
     *     they take other vectors than it says, or they do not reproduce a golden row bit for bit
     */
    public static ModelPackage open(Map<String, byte[]> files) throws ModelFormatException {
        ModelManifest manifest = ManifestCodec.read(file(files, ModelManifest.FILE));
        List<Forest> trees = new ArrayList<>();
        for (String path : manifest.trees()) {
            byte[] content = file(files, path);
            check(manifest, path, content);
            trees.add(Forest.read(content));
        }
        ModelPackage opened = new ModelPackage(manifest, trees);
        opened.checkSignature();
        opened.checkGoldenRows();
        return opened;
    }

    /** @throws ModelFormatException if it is not there */
    public static byte[] file(Map<String, byte[]> files, String path) throws ModelFormatException {
        byte[] content = files.get(path);
        if (content == null) {
            throw ModelFormatException.invalid("the file " + path + " in the package", "none");
        }
        return content;
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

    /** What gives the score, or the classes' probabilities. */
    public Forest forest() {
        return forest;
    }

    /** The score alone of a vector (before scaling, NaN where missing), of a model without classes. */
    public float score(double[] vector) {
        return forest.score(scaled(manifest.scaler(), vector));
    }

    /** The scores of a vector (before scaling, NaN where missing): one, or the probability of each class; then the estimates. */
    public float[] scores(double[] vector) {
        return scores(forest, estimates, manifest.scaler(), vector);
    }

    private static float[] scaled(Scaler scaler, double[] vector) {
        float[] scaled = new float[vector.length];
        scaler.apply(vector, scaled);
        return scaled;
    }

    private static float[] scores(Forest forest, List<Forest> estimates, Scaler scaler, double[] vector) {
        float[] scaled = scaled(scaler, vector);
        float[] scores = new float[forest.answers()];
        if (scores.length == 1) {
            // The shorter way.
            scores[0] = forest.score(scaled);
        } else {
            forest.scores(scaled, scores);
        }
        if (estimates.isEmpty()) {
            return scores;
        }
        float[] all = Arrays.copyOf(scores, scores.length + estimates.size());
        for (int i = 0; i < estimates.size(); i++) {
            all[scores.length + i] = estimates.get(i).score(scaled);
        }
        return all;
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

    /**
     * Made when it is asked for: it takes several times the trees' room, which versions that nobody has explained need not take,
     * and the first explanation waits less than a second for it. What is refused is so at once the next time.
     */
    private synchronized Explainer explainer() throws ModelFormatException {
        if (unexplained != null) {
            throw new ModelFormatException(unexplained.code(), unexplained.expected(), unexplained.came());
        }
        if (explainer == null) {
            try {
                explainer = forest.explainer();
            } catch (ModelFormatException e) {
                unexplained = e;
                throw e;
            }
        }
        return explainer;
    }

    /**
     * What the scores of each vector are, packed as golden rows.
     *
     * @param trees of each of {@link ModelManifest#trees()}
     */
    public static List<GoldenRow> golden(List<Forest> trees, Scaler scaler, List<double[]> vectors) {
        List<Forest> estimates = trees.subList(1, trees.size());
        return vectors.stream()
                .map(vector -> new GoldenRow(vector.clone(), scores(trees.getFirst(), estimates, scaler, vector)))
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
        checkFeatures(forest);
        for (int i = 0; i < estimates.size(); i++) {
            checkFeatures(estimates.get(i));
            if (estimates.get(i).outputs() != 1) {
                throw ModelFormatException.unsupported(
                        "one output of the trees of the estimate "
                                + manifest.estimates().get(i),
                        estimates.get(i).outputs() + " outputs");
            }
        }
        if (manifest.classes().isEmpty() ? forest.outputs() != 1 : forest.objective() != Objective.SOFTPROB) {
            throw ModelFormatException.unsupported(
                    "a model with one output, or a manifest with the classes of one of " + Objective.SOFTPROB.id(),
                    "%d outputs of %s for the classes %s"
                            .formatted(forest.outputs(), forest.objective().id(), manifest.classes()));
        }
        if (forest.answers() != Math.max(1, manifest.classes().size())) {
            throw ModelFormatException.invalid(
                    "an output for each of the classes " + manifest.classes(), forest.answers() + " outputs");
        }
    }

    private void checkFeatures(Forest forest) throws ModelFormatException {
        List<String> features = manifest.features();
        if (forest.features() != features.size()) {
            throw ModelFormatException.invalid(
                    "trees on " + features.size() + " features", forest.features() + " features");
        }
        if (!forest.featureNames().isEmpty() && !forest.featureNames().equals(features)) {
            throw ModelFormatException.invalid("the manifest's features " + features, "" + forest.featureNames());
        }
    }

    private void checkGoldenRows() throws ModelFormatException {
        if (manifest.golden().isEmpty()) {
            throw ModelFormatException.invalid("a golden row at least, to prove how the trees are read", "none");
        }
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

package dev.millrace.forest.model;

import static dev.millrace.forest.model.Checks.require;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code millrace.json} says about a model: where it comes from, what vectors it takes, how to prove that it is read right.
 *
 * @param classes what the model tells apart, in the order of its outputs; none of a model with one
 * @param estimates names of further numbers, each given by trees of its own, which have one output
 * @param features names of the vector's elements, in order
 * @param definitionsDigest digest of the feature definitions that the training vectors were computed with
 * @param defaults per feature, the value to use at serving when it cannot be had (NaN: missing)
 * @param threshold the score from which on the decision is positive, as {@link ShortestDecimal} has scores; of classes, the most
 *     probable one is decided for
 * @param trainedThrough no event later than this was seen in training
 * @param drift what it was trained on; nothing in packages of before it was kept
 * @param sha256 per file of the package, its digest in lower-case hexadecimal
 */
public record ModelManifest(
        String useCase,
        String model,
        String kind,
        List<String> classes,
        List<String> estimates,
        List<String> features,
        String definitionsDigest,
        Scaler scaler,
        List<Double> defaults,
        double threshold,
        Map<String, Double> metrics,
        List<GoldenRow> golden,
        Instant trainedThrough,
        Optional<DriftBaseline> drift,
        Map<String, String> sha256) {

    /** The version of this record's notation. */
    public static final int FORMAT = 1;

    /** The name of the manifest in a package. */
    public static final String FILE = "millrace.json";

    /** The name of the trees in a package. */
    public static final String TREES = "model.ubj";

    private static final String ESTIMATE = "estimates/%s.ubj";

    /** In front of the path of each file of the use case's definitions that the model was trained under. */
    public static final String DEFINITIONS = "definitions/";

    public ModelManifest {
        classes = List.copyOf(classes);
        estimates = List.copyOf(estimates);
        features = List.copyOf(features);
        defaults = List.copyOf(defaults);
        golden = List.copyOf(golden);
        metrics = Map.copyOf(metrics);
        sha256 = Map.copyOf(sha256);
        threshold = ShortestDecimal.ofKept(threshold);
        int count = features.size();
        require(!useCase.isBlank(), "a use case of model %s", model, "'" + useCase + "'");
        require(!model.isBlank(), "a model name in use case %s", useCase, "'" + model + "'");
        require(count > 0, "at least one feature of model %s", model, features);
        require(features.stream().distinct().count() == count, "each feature of %s once", model, features);
        require(scaler.features() == count, "a scaler of %s features", count, scaler.features());
        require(defaults.size() == count, "a default for each of %s features", count, defaults.size());
        require(threshold >= 0 && threshold <= 1, "a threshold of %s from 0 to 1", model, threshold);
        List<String> trees = trees(estimates);
        require(sha256.keySet().containsAll(trees), "the digests of %s", trees, sha256.keySet());
        drift.ifPresent(baseline -> require(
                baseline.features().size() == count,
                "a drift baseline of %s features",
                count,
                baseline.features().size()));
        require(classes.size() != 1, "several classes of %s, or none", model, classes);
        require(
                estimates.stream().distinct().count() == estimates.size(),
                "each estimate of %s once",
                model,
                estimates);
        int scores = Math.max(1, classes.size()) + estimates.size();
        for (GoldenRow row : golden) {
            require(row.vector().length == count, "golden rows of %s values", count, row);
            require(row.scores().length == scores, "golden rows of %s scores", scores, row);
        }
    }

    /** The package's files of trees: of the score or the classes, and then of each estimate in their order. */
    public List<String> trees() {
        return trees(estimates);
    }

    /** Tells these trees from all others: the digest of their file; of several, the digest of theirs. */
    public String treesDigest() {
        List<String> digests = trees().stream().map(sha256::get).toList();
        return digests.size() == 1
                ? digests.getFirst()
                : ModelPackage.sha256(String.join(",", digests).getBytes(StandardCharsets.US_ASCII));
    }

    /** Those of a model with these estimates. */
    public static List<String> trees(List<String> estimates) {
        return Stream.concat(Stream.of(TREES), estimates.stream().map(ESTIMATE::formatted))
                .toList();
    }

    /** The package's files of definitions; none in packages of before they were kept. */
    public List<String> definitions() {
        return sha256.keySet().stream()
                .filter(file -> file.startsWith(DEFINITIONS))
                .sorted()
                .toList();
    }
}

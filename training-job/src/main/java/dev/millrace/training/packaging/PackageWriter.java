package dev.millrace.training.packaging;

import dev.millrace.forest.model.DriftBaseline;
import dev.millrace.forest.model.DriftHistogram;
import dev.millrace.forest.model.GoldenRow;
import dev.millrace.forest.model.ManifestCodec;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.xgboost.TrainedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Makes the files of a model package: the trees, what Java needs to know of them, the definitions of its features, and what
 * MLflow in Python loads.
 */
public final class PackageWriter {

    static final String PYTHON = "code/millrace_model.py";
    private static final int GOLDEN_ROWS = 20;

    private static final String ML_MODEL = """
            flavors:
              python_function:
                loader_module: millrace_model
                code: code
                python_version: "3.10"
            utc_time_created: "%s"
            """;

    private PackageWriter() {}

    /** What is known of a model after it was evaluated. */
    public record Facts(double threshold, Map<String, Double> metrics, Instant trainedThrough, Instant created) {}

    /**
     * The package's files by path. Golden rows are taken evenly from {@code evaluated}, rows of the set; the
     * drift baseline is of {@code trained}.
     */
    public static Map<String, byte[]> write(
            TrainingSet set, TrainedModel model, Facts facts, int[] trained, int[] evaluated) {
        byte[] python = resource();
        byte[] mlModel = ML_MODEL.formatted(facts.created()).getBytes(StandardCharsets.UTF_8);
        ModelSpec spec = set.spec();
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(ModelManifest.TREES, model.trees());
        files.put(PYTHON, python);
        spec.definitions().files().forEach((path, content) -> files.put(ModelManifest.DEFINITIONS + path, content));
        Map<String, String> digests = new TreeMap<>();
        files.forEach((path, content) -> digests.put(path, ModelPackage.sha256(content)));
        ModelManifest manifest = new ModelManifest(
                spec.useCase(),
                spec.model(),
                spec.kind(),
                List.of(),
                List.of(),
                set.featureNames(),
                spec.definitionsDigest(),
                model.scaler(),
                Arrays.stream(model.scaler().mean()).boxed().toList(),
                facts.threshold(),
                facts.metrics(),
                golden(set, model, evaluated),
                facts.trainedThrough(),
                Optional.of(baseline(set, model, trained)),
                digests);
        files.put("MLmodel", mlModel);
        files.put(ModelManifest.FILE, ManifestCodec.write(manifest));
        return files;
    }

    private static List<GoldenRow> golden(TrainingSet set, TrainedModel model, int[] evaluated) {
        List<double[]> vectors = new ArrayList<>();
        int count = Math.min(GOLDEN_ROWS, evaluated.length);
        for (int i = 0; i < count; i++) {
            vectors.add(set.rows()[evaluated[(int) ((long) i * evaluated.length / count)]]);
        }
        double[] nothing = new double[set.featureNames().size()];
        Arrays.fill(nothing, Double.NaN);
        vectors.add(nothing);
        return ModelPackage.golden(List.of(model.forest()), model.scaler(), vectors);
    }

    private static DriftBaseline baseline(TrainingSet set, TrainedModel model, int[] trained) {
        List<DriftHistogram> features = IntStream.range(0, set.featureNames().size())
                .mapToObj(feature -> DriftHistogram.of(Arrays.stream(trained)
                        .mapToDouble(row -> set.rows()[row][feature])
                        .toArray()))
                .toList();
        return new DriftBaseline(trained.length, features, DriftHistogram.of(model.scores(set.rows(), trained)));
    }

    private static byte[] resource() {
        try (InputStream in = PackageWriter.class.getResourceAsStream("millrace_model.py")) {
            return Objects.requireNonNull(in, "millrace_model.py is missing in the class path")
                    .readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

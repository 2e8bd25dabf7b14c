package dev.millrace.prediction;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.forest.Forest;
import dev.millrace.forest.model.DriftBaseline;
import dev.millrace.forest.model.DriftHistogram;
import dev.millrace.forest.model.ManifestCodec;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.forest.model.Scaler;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.DefinitionFiles;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;

/**
 * Small models, each of another seed another one.
 *
 * @param files by path in the package
 */
public record TestPackages(SortedMap<String, byte[]> files) {

    private static final Map<String, Object> BINARY = Map.of("objective", "binary:logistic", "base_score", 0.5);

    private static Map<String, Object> ofClasses(int classes) {
        return Map.of("objective", "multi:softprob", "num_class", classes);
    }

    public static TestPackages of(String model, long seed) throws Exception {
        return of(Parcels.ENGINE.useCase(), model, seed);
    }

    /** With the definitions in the use case's folder. */
    public static TestPackages of(UseCase useCase, String model, long seed) throws Exception {
        return of(useCase, model, seed, DefinitionFiles.of(useCase).files());
    }

    /** As packages were before they had definitions of their own. */
    public static TestPackages withoutDefinitions(UseCase useCase, String model, long seed) throws Exception {
        return of(useCase, model, seed, Map.of());
    }

    private static TestPackages of(UseCase useCase, String model, long seed, Map<String, byte[]> definitions)
            throws Exception {
        Model compiled = FeatureEngine.compile(useCase).model(model).orElseThrow();
        Random random = new Random(seed);
        List<String> classes = compiled.definition().classes();
        int width = compiled.features().size();
        double[] ranges = {10, 30, 200, 0.5, 1000, 200, 24};
        float[] data = new float[1000 * width];
        float[] labels = new float[1000];
        for (int i = 0; i < 1000; i++) {
            float sum = 0;
            for (int j = 0; j < width; j++) {
                float value = random.nextFloat();
                sum += value;
                data[i * width + j] = random.nextInt(10) == 0 ? Float.NaN : (float) (value * ranges[j]);
            }
            double share = Math.clamp((sum + random.nextFloat() - 0.5) / width, 0, 0.999);
            labels[i] = (int) (share * Math.max(2, classes.size()));
        }
        byte[] trees = trees(data, labels, width, 30, classes.isEmpty() ? BINARY : ofClasses(classes.size()));
        List<byte[]> all = new ArrayList<>(List.of(trees));
        for (int i = 1; i <= compiled.definition().estimates().size(); i++) {
            float[] counts = new float[labels.length];
            for (int j = 0; j < counts.length; j++) {
                counts[j] = labels[j] * i + random.nextInt(3);
            }
            all.add(trees(data, counts, width, 10, Map.of("objective", "count:poisson")));
        }
        double[] nothing = new double[width];
        Arrays.fill(nothing, Double.NaN);
        return packed(useCase.name(), compiled, all, data, List.of(nothing, Arrays.copyOf(ranges, width)), definitions);
    }

    /** Of a model that gives 1 without the feature, and overflows to infinity with it. */
    public static TestPackages overflowing(UseCase useCase, String model, String feature) throws Exception {
        Model compiled = FeatureEngine.compile(useCase).model(model).orElseThrow();
        int width = compiled.features().size();
        float[] data = new float[1000 * width];
        float[] labels = new float[1000];
        Arrays.fill(data, Float.NaN);
        Arrays.fill(labels, 1);
        for (int i = 500; i < 1000; i++) {
            data[i * width + compiled.features().indexOf(feature)] = i;
            labels[i] = 1000;
        }
        // One step of Newton's without a bound goes far beyond the logarithm of the greatest float.
        byte[] trees = trees(
                data,
                labels,
                width,
                1,
                Map.of("objective", "count:poisson", "base_score", 1, "eta", 1, "max_delta_step", 0));
        double[] nothing = new double[width];
        Arrays.fill(nothing, Double.NaN);
        return packed(
                useCase.name(),
                compiled,
                List.of(trees),
                data,
                List.of(nothing),
                DefinitionFiles.of(useCase).files());
    }

    private static byte[] trees(float[] data, float[] labels, int width, int rounds, Map<String, Object> parameters)
            throws Exception {
        DMatrix matrix = new DMatrix(data, labels.length, width, Float.NaN);
        matrix.setLabel(labels);
        Map<String, Object> all = new HashMap<>(parameters);
        all.put("nthread", 1);
        Booster booster = XGBoost.train(matrix, all, rounds, Map.of(), null, null);
        byte[] trees = booster.toByteArray("ubj");
        booster.dispose();
        matrix.dispose();
        return trees;
    }

    private static TestPackages packed(
            String useCase,
            Model compiled,
            List<byte[]> trees,
            float[] data,
            List<double[]> golden,
            Map<String, byte[]> definitions)
            throws Exception {
        int width = compiled.features().size();
        double[] mean = new double[width];
        double[] std = new double[width];
        Arrays.fill(std, 1);
        Scaler scaler = new Scaler(mean, std);
        List<String> estimates = compiled.definition().estimates();
        SortedMap<String, byte[]> files = new TreeMap<>();
        List<Forest> forests = new ArrayList<>();
        for (int i = 0; i < trees.size(); i++) {
            files.put(ModelManifest.trees(estimates).get(i), trees.get(i));
            forests.add(Forest.read(trees.get(i)));
        }
        definitions.forEach((path, content) -> files.put(ModelManifest.DEFINITIONS + path, content));
        Map<String, String> digests = new TreeMap<>();
        files.forEach((path, content) -> digests.put(path, ModelPackage.sha256(content)));
        ModelManifest manifest = new ModelManifest(
                useCase,
                compiled.name(),
                compiled.definition().kind().name().toLowerCase(Locale.ROOT),
                compiled.definition().classes(),
                estimates,
                compiled.features(),
                compiled.digest(),
                scaler,
                List.of(2.0, 5.0, 60.0, 0.2, 500.0, 30.0, 12.0).subList(0, width),
                0.5,
                Map.of("auc", 0.9),
                ModelPackage.golden(forests, scaler, golden),
                Instant.parse("2026-01-01T00:00:00Z"),
                Optional.of(baseline(data, width)),
                digests);
        files.put(ModelManifest.FILE, ManifestCodec.write(manifest));
        return new TestPackages(files);
    }

    /** Of the rows that it was trained on. */
    private static DriftBaseline baseline(float[] data, int width) {
        int rows = data.length / width;
        List<DriftHistogram> columns = IntStream.range(0, width)
                .mapToObj(j -> DriftHistogram.of(IntStream.range(0, rows)
                        .mapToDouble(i -> data[i * width + j])
                        .toArray()))
                .toList();
        return new DriftBaseline(
                rows,
                columns,
                DriftHistogram.of(IntStream.range(0, rows)
                        .mapToDouble(i -> (double) i / rows)
                        .toArray()));
    }

    /** The same with one bit of the trees turned. */
    public TestPackages broken() {
        return broken(ModelManifest.TREES);
    }

    /** The same with one bit of a file turned. */
    public TestPackages broken(String path) {
        SortedMap<String, byte[]> others = new TreeMap<>(files);
        others.computeIfPresent(path, (name, content) -> {
            byte[] other = content.clone();
            other[other.length / 2] ^= 1;
            return other;
        });
        return new TestPackages(others);
    }

    /** The same trees under a manifest that has other names for what they give. */
    public TestPackages giving(List<String> classes, List<String> estimates) throws Exception {
        ObjectMapper json = new ObjectMapper();
        ObjectNode manifest = (ObjectNode) json.readTree(files.get(ModelManifest.FILE));
        classes.forEach(manifest.putArray("classes")::add);
        estimates.forEach(manifest.putArray("estimates")::add);
        if (ModelDefinition.outputs(classes, estimates).size()
                != manifest.at("/golden/0/scores").size()) {
            manifest.putArray("golden");
        }
        SortedMap<String, byte[]> others = new TreeMap<>(files);
        others.put(ModelManifest.FILE, json.writeValueAsBytes(manifest));
        return new TestPackages(others);
    }

    public ModelPackage open() throws Exception {
        return ModelPackage.open(files);
    }
}

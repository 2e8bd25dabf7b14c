package dev.millrace.forest.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.forest.Forest;
import dev.millrace.forest.ModelFormatException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelPackageTests {

    private static byte[] trees;
    private static ModelManifest manifest;

    @BeforeAll
    static void train() throws Exception {
        trees = train("binary:logistic", 2);
        manifest = manifest(List.of("x", "y"), trees, List.of());
    }

    private static byte[] train(String objective, int classes, String... names) throws Exception {
        float[] data = new float[200];
        float[] labels = new float[100];
        for (int i = 0; i < 100; i++) {
            data[2 * i] = (i * 37 % 100) / 50f - 1;
            data[2 * i + 1] = i % 7 == 0 ? Float.NaN : i % 5;
            labels[i] = (int) ((data[2 * i] + 1) / 2 * classes);
        }
        DMatrix matrix = new DMatrix(data, 100, 2, Float.NaN);
        matrix.setLabel(labels);
        if (names.length > 0) {
            matrix.setFeatureNames(names);
        }
        Map<String, Object> parameters = new HashMap<>(Map.of("objective", objective, "nthread", 1));
        if (classes > 2) {
            parameters.put("num_class", classes);
        }
        Booster booster = XGBoost.train(matrix, parameters, 10, Map.of(), null, null);
        byte[] trained = booster.toByteArray("ubj");
        booster.dispose();
        matrix.dispose();
        return trained;
    }

    private static ModelManifest manifest(List<String> features, byte[] trees, List<String> classes) throws Exception {
        Scaler scaler = new Scaler(new double[] {0.25, 1}, new double[] {3, 0.1});
        List<double[]> vectors = List.of(new double[] {0.7, 1.1}, new double[] {-3, Double.NaN});
        return new ModelManifest(
                "a-use-case",
                "a-model",
                "binary",
                classes,
                List.of(),
                features,
                "digest",
                scaler,
                List.of(0.5, Double.NaN),
                0.42,
                Map.of("auc", 0.91, "unknown", Double.NaN),
                ModelPackage.golden(List.of(Forest.read(trees)), scaler, vectors),
                Instant.parse("2026-01-02T03:04:05Z"),
                Optional.of(new DriftBaseline(
                        4,
                        List.of(
                                DriftHistogram.of(new double[] {1, 2, 2, Double.NaN}),
                                DriftHistogram.of(IntStream.range(0, 30)
                                        .mapToDouble(i -> i)
                                        .toArray())),
                        DriftHistogram.of(new double[] {0.5}))),
                Map.of(ModelManifest.TREES, ModelPackage.sha256(trees)));
    }

    private static ModelPackage open(byte[] manifest, byte[] trees) throws ModelFormatException {
        return ModelPackage.open(Map.of(ModelManifest.FILE, manifest, ModelManifest.TREES, trees));
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        ModelPackage opened = open(ManifestCodec.write(manifest), trees);
        assertThat(opened.manifest()).isEqualTo(manifest).hasSameHashCodeAs(manifest);
        assertThat(opened.manifest().toString()).contains("GoldenRow[vector=[0.7, 1.1]", "Scaler[mean=[0.25, 1.0]");
        assertThat(opened.forest().trees()).isEqualTo(10);
        for (GoldenRow row : manifest.golden()) {
            assertThat(opened.score(row.vector())).isEqualTo(row.scores()[0]);
        }
    }

    @Test
    void ofClassesThereIsAProbabilityForEach() throws Exception {
        byte[] classes = train("multi:softprob", 3);
        ModelManifest of = manifest(List.of("x", "y"), classes, List.of("a", "b", "c"));
        ModelPackage opened = open(ManifestCodec.write(of), classes);
        assertThat(opened.manifest()).isEqualTo(of);
        for (GoldenRow row : of.golden()) {
            assertThat(row.scores()).hasSize(3).isEqualTo(opened.scores(row.vector()));
            float[] scaled = new float[2];
            of.scaler().apply(row.vector(), scaled);
            float[] margins = new float[3];
            opened.forest().margins(scaled, margins);
            double[] contributions = opened.contributions(row.vector());
            for (int i = 0; i < 3; i++) {
                assertThat(contributions[3 * i] + contributions[3 * i + 1] + contributions[3 * i + 2])
                        .isEqualTo(margins[i], within(1e-5));
            }
        }
        assertRefused(List.of("a", "b"), classes, "model-invalid");
        assertRefused(List.of(), classes, "model-unsupported");
        assertRefused(List.of("a", "b"), trees, "model-unsupported");
        byte[] greatest = train("multi:softmax", 3);
        assertRefused(List.of("a", "b", "c"), greatest, "model-unsupported");
    }

    @Test
    void estimatesAreGivenByTreesOfTheirOwn() throws Exception {
        byte[] counts = train("count:poisson", 2);
        List<Forest> forests = List.of(Forest.read(trees), Forest.read(counts));
        List<double[]> vectors = List.of(new double[] {0.7, 1.1}, new double[] {-3, Double.NaN});
        ObjectNode json = (ObjectNode) new ObjectMapper().readTree(ManifestCodec.write(manifest));
        json.putArray("estimates").add("count");
        json.withObject("sha256").put("estimates/count.ubj", ModelPackage.sha256(counts));
        List<GoldenRow> golden = ModelPackage.golden(forests, manifest.scaler(), vectors);
        json.putArray("golden")
                .addObject()
                .putPOJO("scores", golden.getFirst().scores())
                .putPOJO("vector", vectors.getFirst());
        Map<String, byte[]> files = new HashMap<>(Map.of(
                ModelManifest.FILE,
                json.toString().getBytes(StandardCharsets.UTF_8),
                ModelManifest.TREES,
                trees,
                "estimates/count.ubj",
                counts));
        ModelPackage opened = ModelPackage.open(files);
        assertThat(opened.manifest().estimates()).containsExactly("count");
        assertThat(opened.manifest().treesDigest())
                .isNotEqualTo(manifest.treesDigest())
                .hasSize(64);
        for (GoldenRow row : golden) {
            float[] scaled = new float[2];
            manifest.scaler().apply(row.vector(), scaled);
            assertThat(row.scores())
                    .containsExactly(
                            forests.get(0).score(scaled), forests.get(1).score(scaled))
                    .isEqualTo(opened.scores(row.vector()));
        }

        // A golden row of the estimate, too, has to come out.
        json.putArray("golden")
                .addObject()
                .putPOJO("vector", vectors.getFirst())
                .putPOJO("scores", new double[] {golden.getFirst().scores()[0], 7.5});
        files.put(ModelManifest.FILE, json.toString().getBytes(StandardCharsets.UTF_8));
        assertRefused(files, "model-golden");
        json.putArray("golden");
        files.put(ModelManifest.FILE, json.toString().getBytes(StandardCharsets.UTF_8));
        assertRefused(files, "model-invalid: expected a golden row at least");
        files.put("estimates/count.ubj", trees);
        assertRefused(files, "model-digest");
        files.remove("estimates/count.ubj");
        assertRefused(files, "model-invalid: expected the file estimates/count.ubj");
        byte[] several = train("multi:softprob", 3);
        json.withObject("sha256").put("estimates/count.ubj", ModelPackage.sha256(several));
        files.put(ModelManifest.FILE, json.toString().getBytes(StandardCharsets.UTF_8));
        files.put("estimates/count.ubj", several);
        assertRefused(files, "model-unsupported: expected one output of the trees of the estimate count");
        json.withArray("estimates").add("count");
        files.put(ModelManifest.FILE, json.toString().getBytes(StandardCharsets.UTF_8));
        assertRefused(files, "model-invalid");
    }

    private static void assertRefused(Map<String, byte[]> files, String message) {
        assertThatThrownBy(() -> ModelPackage.open(files))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith(message);
    }

    private static void assertRefused(List<String> classes, byte[] trees, String code) throws Exception {
        ObjectNode json = (ObjectNode) new ObjectMapper().readTree(ManifestCodec.write(manifest));
        json.putArray("golden");
        classes.forEach(json.putArray("classes")::add);
        json.withObject("sha256").put(ModelManifest.TREES, ModelPackage.sha256(trees));
        assertThatThrownBy(() -> open(json.toString().getBytes(StandardCharsets.UTF_8), trees))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith(code);
    }

    @Test
    void refusesTreesOnOtherFeatures() throws Exception {
        byte[] named = train("binary:logistic", 2, "x", "y");
        assertThat(open(ManifestCodec.write(manifest(List.of("x", "y"), named, List.of())), named)
                        .forest()
                        .featureNames())
                .containsExactly("x", "y");
        byte[] swapped = ManifestCodec.write(manifest(List.of("y", "x"), named, List.of()));
        assertThatThrownBy(() -> open(swapped, named))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-invalid: expected the manifest's features [y, x], but came [x, y]");
        ObjectNode more = (ObjectNode) new ObjectMapper().readTree(ManifestCodec.write(manifest));
        more.withArray("features").add("z");
        more.withObject("scaler").withArray("mean").add(0);
        more.withObject("scaler").withArray("std").add(1);
        more.withArray("defaults").add(0);
        more.remove("drift");
        more.putArray("golden");
        assertThatThrownBy(() -> open(more.toString().getBytes(StandardCharsets.UTF_8), trees))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-invalid: expected trees on 3 features, but came 2 features");
    }

    @Test
    void aPackageOfBeforeDriftBaselinesIsRead() throws Exception {
        ObjectNode old = (ObjectNode) new ObjectMapper().readTree(ManifestCodec.write(manifest));
        assertThat(old.remove("drift")).isNotNull();
        assertThat(ManifestCodec.read(old.toString().getBytes(StandardCharsets.UTF_8))
                        .drift())
                .isEmpty();
    }

    @Test
    void whatOlderPackagesKeptOfScoresIsReadAsScoresAreTold() throws Exception {
        ObjectNode old = (ObjectNode) new ObjectMapper().readTree(ManifestCodec.write(manifest));
        old.put("threshold", (double) 0.1f);
        ObjectNode score = old.withObject("drift").withObject("score");
        score.putArray("values").add((double) 0.1f).add(0.5).add((double) 0.7f);
        score.putArray("shares").add(0.25).add(0.5).add(0.25);
        ModelManifest read = ManifestCodec.read(old.toString().getBytes(StandardCharsets.UTF_8));
        assertThat(read.threshold()).isEqualTo(0.1).isEqualTo(ShortestDecimal.of(0.1f));
        assertThat(read.drift().orElseThrow().score().bins()).isEqualTo(new DriftBins.Values(List.of(0.1, 0.5, 0.7)));
        assertThat(ManifestCodec.read(ManifestCodec.write(read))).isEqualTo(read);

        score.remove("values");
        score.put("min", (double) 0.1f).put("max", (double) 0.9f);
        score.putArray("edges").add((double) 0.3f).add((double) 0.7f);
        assertThat(ManifestCodec.read(old.toString().getBytes(StandardCharsets.UTF_8))
                        .drift()
                        .orElseThrow()
                        .score()
                        .bins())
                .isEqualTo(new DriftBins.Quantiles(0.1, List.of(0.3, 0.7), 0.9));
    }

    @Test
    void scoresThatAreToldHaveTheOrderOfTheirFloats() {
        Random random = new Random(5);
        for (int i = 0; i < 10_000; i++) {
            float score = random.nextFloat();
            float next = Math.nextUp(score);
            assertThat(ShortestDecimal.of(score)).isLessThan(ShortestDecimal.of(next));
            assertThat((float) ShortestDecimal.of(score)).isEqualTo(score);
            assertThat(ShortestDecimal.ofKept(ShortestDecimal.of(score))).isEqualTo(ShortestDecimal.of(score));
        }
    }

    @Test
    void theScalerComputesInDoubleAndCastsOnce() {
        float[] scaled = new float[2];
        manifest.scaler().apply(new double[] {0.1, Double.NaN}, scaled);
        assertThat(scaled).containsExactly((float) ((0.1 - 0.25) / 3), Float.NaN);
    }

    @Test
    void refusesOtherTrees() {
        byte[] other = trees.clone();
        other[other.length - 2] ^= 1;
        assertThatThrownBy(() -> open(ManifestCodec.write(manifest), other))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-digest: expected sha256 %s of model.ubj, but came %s"
                        .formatted(ModelPackage.sha256(trees), ModelPackage.sha256(other)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"score\" : 0.|\"score\" : 0.1|model-golden: expected the score",
                "\"format\" : 1|\"format\" : 2|model-unsupported: expected format 1 in millrace.json, but came 2",
                "\"threshold\" : 0.42|\"threshold\" : 42|model-invalid: expected a manifest without contradictions, but came expected a threshold of a-model from 0 to 1, but came 42.0",
                "\"threshold\" : 0.42|\"threshold\" : \"x\"|model-invalid: expected a number in 'threshold' of millrace.json, but came STRING",
                "\"threshold\"|\"other\"|model-invalid: expected a number in 'threshold' of millrace.json, but came nothing",
                "\"features\" : [ \"x\", \"y\" ]|\"features\" : [ \"x\", \"x\" ]|model-invalid: expected a manifest without contradictions, but came expected each feature of a-model once",
                "\"features\" : [ \"x\", \"y\" ]|\"features\" : [ \"x\" ]|model-invalid: expected a manifest without contradictions, but came expected a scaler of 1 features, but came 2",
                "\"mean\" : [ 0.25|\"mean\" : [ null|model-invalid: expected a manifest without contradictions, but came expected a finite mean of feature 0, but came NaN",
                "\"std\" : [ 3.0|\"std\" : [ 0|model-invalid: expected a manifest without contradictions, but came expected a positive std of feature 0, but came 0.0",
                "\"std\" : [ 3.0|\"std\" : [ true|model-invalid: expected numbers or null in 'std' of millrace.json, but came BOOLEAN",
                "\"missing\" : 0.25|\"missing\" : 0.5|model-invalid: expected a manifest without contradictions, but came expected drift shares whose sum is 1, but came 1.25",
                "\"values\" : [ 1.0, 2.0 ]|\"values\" : [ 2.0, 1.0 ]|model-invalid: expected a manifest without contradictions, but came expected finite, ascending values of drift bins, but came [2.0, 1.0]",
                "\"values\" : [ 1.0, 2.0 ]|\"values\" : [ 1.0 ]|model-invalid: expected a manifest without contradictions, but came expected a share for each of 1 drift bins, but came 2",
                "2026-01-02T|2026-13-02T|model-invalid: expected a manifest without contradictions, but came Text",
                "{|[{|model-malformed: expected JSON in millrace.json",
            })
    void refusesAManifestThatIsWrong(String part, String replacement, String message) {
        String json = new String(ManifestCodec.write(manifest), StandardCharsets.UTF_8);
        assertThat(json).contains(part);
        byte[] wrong = json.replace(part, replacement).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> open(wrong, trees))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void refusesAManifestThatIsTooLarge() {
        assertThatThrownBy(() -> ManifestCodec.read(new byte[ManifestCodec.MAX_BYTES + 1]))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage(
                        "model-unsupported: expected at most 16777216 bytes of millrace.json, but came 16777217 bytes");
        byte[] hostile = ("{\"a\":[" + "{},".repeat(1_000_000) + "{}]}").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ManifestCodec.read(hostile))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith("model-malformed: expected JSON in millrace.json, but came Token count");
    }

    @Test
    void refusesAManifestThatIsNoObject() {
        assertThatThrownBy(() -> ManifestCodec.read("[]".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-malformed: expected a JSON object in millrace.json, but came something else");
    }
}

package dev.millrace.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.forest.model.DriftBaseline;
import dev.millrace.forest.model.DriftBins;
import dev.millrace.forest.model.ManifestCodec;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.forest.model.ShortestDecimal;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.evaluation.BinaryEvaluation;
import dev.millrace.training.evaluation.Confusion;
import dev.millrace.training.packaging.PackageWriter;
import dev.millrace.training.xgboost.ScalerFit;
import dev.millrace.training.xgboost.TrainedModel;
import dev.millrace.training.xgboost.Trainer;
import dev.millrace.training.xgboost.XgboostParameters;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TrainingRunTests {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-05-01T00:00:00Z"), ZoneOffset.UTC);
    private static final TrainingSet SET = TrainingSets.of(TrainingSets.spec("a-model", Map.of()), 2000, 3);

    private static TrainingRun.Outcome run(TrainingSet set) {
        List<XgboostParameters> grid = List.of(
                new XgboostParameters(2, 1, 0.01, 0.8, 0.8, 1, 1, 0),
                new XgboostParameters(30, 4, 0.2, 0.8, 0.8, 1, 1, 0));
        return new TrainingRun(new Trainer(1, 1), grid, CLOCK, line -> {}).run(set);
    }

    @Test
    void aRunGivesAGoodModelAndItsPapers() throws Exception {
        TrainingRun.Outcome outcome = run(SET);
        assertThat(outcome.parameters()).containsEntry("max_depth", 4).containsEntry("base_score", 0.5);
        assertThat(outcome.metrics().get("auc")).isGreaterThan(0.9);
        assertThat(outcome.split().train()).hasSize(1600);
        ModelManifest manifest = ManifestCodec.read(outcome.packageFiles().get(ModelManifest.FILE));
        assertThat(manifest.trainedThrough()).isEqualTo(Instant.ofEpochMilli(SET.eventTimes()[1599]));
        assertThat(manifest.metrics()).isEqualTo(outcome.metrics());
        assertThat(manifest.definitions()).containsExactly("definitions/use-case.yaml");
        for (String file : manifest.definitions()) {
            ModelPackage.check(manifest, file, outcome.packageFiles().get(file));
        }
        DriftBaseline drift = manifest.drift().orElseThrow();
        assertThat(drift.rows()).isEqualTo(1600);
        assertThat(drift.features()).hasSameSizeAs(manifest.features());
        assertThat(drift.score().bins()).isInstanceOf(DriftBins.Quantiles.class);
        assertThat(manifest.scaler().std()[3]).isEqualTo(1);
        assertThat(manifest.scaler().mean()[2]).isZero();
        String csv = new String(outcome.reports().get("feature_importance.csv"), StandardCharsets.UTF_8);
        assertThat(csv).startsWith("feature,gain\n\"").contains("\"x\",").doesNotContain("never");
        assertThat(new String(outcome.reports().get("model_card.md"), StandardCharsets.UTF_8))
                .contains("# a-model", "| tested on | 2026-01-17T16:00:00Z to", "| auc | 0.9", "| max_depth | 4 |");
        for (Map.Entry<String, byte[]> report : outcome.reports().entrySet()) {
            if (report.getKey().endsWith(".png")) {
                assertThat(ImageIO.read(new ByteArrayInputStream(report.getValue()))
                                .getWidth())
                        .isEqualTo(720);
            }
        }
    }

    /** Two scores, of which neither is a double of few digits: a decision at the threshold hangs on the last bit. */
    @Test
    void whatIsKeptOfScoresIsWhatAnswersTell() throws Exception {
        int[] trained = IntStream.range(0, 1600).toArray();
        int[] tested = IntStream.range(1600, 2000).toArray();
        TrainedModel model = new Trainer(1, 1).train(SET, trained, new XgboostParameters(1, 1, 0.3, 1, 1, 1, 1, 0));
        BinaryEvaluation evaluation = BinaryEvaluation.of(model.scores(SET.rows(), tested), SET.labels(tested));
        double threshold = evaluation.bestThreshold();
        assertThat(threshold).isNotEqualTo((double) (float) threshold);
        Instant now = CLOCK.instant();
        ModelPackage opened = ModelPackage.open(PackageWriter.write(
                SET, model, new PackageWriter.Facts(threshold, Map.of(), now, now), trained, tested));
        assertThat(opened.manifest().threshold()).isEqualTo(threshold);
        Confusion confusion = evaluation.at(threshold);
        assertThat(told(opened, tested)
                        .filter(score -> score >= opened.manifest().threshold()))
                .hasSize((int) (confusion.truePositives() + confusion.falsePositives()))
                .isNotEmpty();
        DriftBins.Values values = (DriftBins.Values)
                opened.manifest().drift().orElseThrow().score().bins();
        assertThat(values.values()).hasSize(2).containsAll(told(opened, trained).toList());
    }

    /** As a service answers. */
    private static Stream<Double> told(ModelPackage opened, int[] rows) {
        return Arrays.stream(rows).mapToObj(row -> ShortestDecimal.of(opened.score(SET.rows()[row])));
    }

    @Test
    void theSameRunGivesTheSameModel() {
        assertThat(run(SET).packageFiles().get(ModelManifest.TREES))
                .isEqualTo(run(SET).packageFiles().get(ModelManifest.TREES));
    }

    @Test
    void tooLittleIsSaid() {
        assertThatThrownBy(() -> run(TrainingSets.of(SET.spec(), 1, 1)))
                .isInstanceOf(TrainingException.class)
                .hasMessage("training-not-enough-data: expected rows to train on and later ones to test on, but came 1"
                        + " rows");
        assertThatThrownBy(() -> run(TrainingSets.of(SET.spec(), 20, 1)))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("training-not-enough-data: expected a fold with both classes on both sides");
        TrainingSet negative = new TrainingSet(
                SET.spec(),
                SET.featureNames(),
                SET.rows(),
                new double[2000],
                SET.eventIds(),
                SET.eventTimes(),
                Map.of());
        assertThatThrownBy(() -> new Trainer(1, 1).train(negative, new int[] {1, 2}, XgboostParameters.DEFAULT))
                .isInstanceOf(TrainingException.class)
                .hasMessage("training-not-enough-data: expected rows of both classes to train on, but 0 of 2 are"
                        + " positive: train on a longer time");
    }

    @Test
    void anotherKindIsRefusedByName() {
        ModelSpec ranking = new ModelSpec(
                "u",
                "m",
                "ranking",
                "d",
                SET.spec().definitions(),
                Duration.ZERO,
                SET.spec().promote());
        assertThatThrownBy(() -> run(TrainingSets.of(ranking, 100, 1)))
                .isInstanceOf(TrainingException.class)
                .hasMessage("training-unknown-model: expected a model of the kind 'binary', but m is of the kind"
                        + " 'ranking', which cannot be trained");
    }

    @Test
    void aSetIsCheckedWhenItIsMade() {
        assertThatThrownBy(() -> new TrainingSet(
                        SET.spec(), List.of("a"), new double[1][1], new double[2], List.of("e"), new long[1], Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a label, id and time for each of 1 rows, but came 2, 1 and 1");
        assertThatThrownBy(() -> new TrainingSet(
                        SET.spec(), List.of("a"), new double[1][2], new double[1], List.of("e"), new long[1], Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected 1 features in row 0, but came 2");
    }

    @Test
    void aLabelThatIsNeitherZeroNorOneEndsBeforeAnythingIsTrained() {
        double[] labels = SET.labels().clone();
        labels[908] = 7;
        assertThatThrownBy(() -> with(SET.spec(), labels))
                .isInstanceOfSatisfying(
                        TrainingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(TrainingException.Code.LABEL))
                .hasMessage(
                        "training-label: expected a label of 0 or 1 of every event, but event 'event-908' of"
                                + " 2026-01-10T11:00:00Z has 7.0: send its truth again with a higher revision, POST /v1/labels");
        labels[5] = Double.NaN;
        labels[7] = 0.5;
        assertThatThrownBy(() -> with(SET.spec(), labels))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith(
                        "training-label: expected a label of 0 or 1 of every event, but event 'event-5' of"
                                + " 2026-01-01T01:15:00Z has NaN (2 others have such a label, too): send its truth again");
    }

    private static TrainingSet with(ModelSpec spec, double[] labels) {
        return new TrainingSet(
                spec, SET.featureNames(), SET.rows(), labels, SET.eventIds(), SET.eventTimes(), Map.of());
    }

    @Test
    void theScalerSkipsMissingValues() {
        double[][] rows = {{1, Double.NaN}, {3, 5}, {100, 100}, {Double.NaN, 7}};
        var scaler = ScalerFit.fit(rows, new int[] {0, 1, 3}, 2);
        assertThat(scaler.mean()).containsExactly(2, 6);
        assertThat(scaler.std()).containsExactly(1, 1);
    }

    @Test
    void theGridHoldsTheDefaults() {
        assertThat(XgboostParameters.grid()).contains(XgboostParameters.DEFAULT).doesNotHaveDuplicates();
        assertThat(XgboostParameters.DEFAULT.asMap(3, 4))
                .containsEntry("n_estimators", 100)
                .containsEntry("nthread", 3)
                .containsEntry("seed", 4L);
    }

    @Test
    void settingsComeFromTheEnvironment() {
        assertThat(Settings.of(Map.of()).mlflow()).hasToString("http://127.0.0.1:5000");
        assertThat(Settings.of(Map.of(Settings.MLFLOW, "https://m")).mlflow()).hasToString("https://m");
        assertThatThrownBy(() -> Settings.of(Map.of(Settings.MLFLOW, "file:/x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected an http or https address in MLFLOW_TRACKING_URI, but came 'file:/x'");
    }
}

package dev.millrace.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.forest.model.GoldenRow;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.TrainingSetSource;
import dev.millrace.training.mlflow.Artifacts;
import dev.millrace.training.mlflow.ModelVersion;
import dev.millrace.training.mlflow.Registry;
import dev.millrace.training.xgboost.XgboostParameters;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole way: train, register, promote, and load in Java and Python, with a real MLflow. */
@Timeout(240)
class TrainingJobIT {

    private static final List<XgboostParameters> GRID = List.of(
            new XgboostParameters(30, 3, 0.1, 0.8, 0.8, 1, 1, 0), new XgboostParameters(30, 5, 0.1, 0.8, 0.8, 1, 1, 0));

    private static URI server;

    private final String model = "model-" + UUID.randomUUID();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() {
        server = TestMlflow.uri();
    }

    private int execute(Map<String, Double> atLeast, String... arguments) {
        Settings settings = Settings.of(Map.of(Settings.MLFLOW, server.toString()));
        TrainingSetSource source = request -> TrainingSets.of(TrainingSets.spec(model, atLeast), 3000, 5);
        CommandLine commandLine = TrainingJob.commandLine(
                new TrainCommand(source, (run, set, split) -> {}, settings, Clock.systemUTC(), GRID),
                new PromoteCommand(settings, Clock.systemUTC()));
        return commandLine
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void aTrainedModelIsServedAndScoresAlikeEverywhere(@TempDir Path folder) throws Exception {
        int code = execute(Map.of("auc", 0.85), "train", "--use-case", "u", "--threads", "1", "--promote");
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(out.toString())
                .contains(
                        "3000 rows of 5 features, 510 of them positive, of lake.u.training_m@42",
                        "registered " + model + " as version 1")
                .contains("version 1 of " + model + " is the champion");
        ModelVersion champion = new Registry(server, Duration.ofSeconds(20))
                .byAlias(model, "champion")
                .orElseThrow();
        Artifacts artifacts = new Artifacts(server, Duration.ofSeconds(20));
        String run = champion.source().replaceAll("/model$", "");
        assertThat(artifacts.list(run))
                .containsExactlyInAnyOrder(
                        "calibration.png",
                        "confusion_matrix.png",
                        "feature_importance.csv",
                        "feature_importance.png",
                        "model/MLmodel",
                        "model/code/millrace_model.py",
                        "model/definitions/use-case.yaml",
                        "model/millrace.json",
                        "model/model.ubj",
                        "model_card.md",
                        "precision_recall_curve.png",
                        "roc_curve.png");
        for (String file : artifacts.list(champion.source())) {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.write(path, artifacts.download(champion.source(), file));
        }
        checkScores(folder);
    }

    private void checkScores(Path folder) throws Exception {
        byte[] trees = Files.readAllBytes(folder.resolve(ModelManifest.TREES));
        ModelPackage opened = ModelPackage.open(Map.of(
                ModelManifest.FILE,
                Files.readAllBytes(folder.resolve(ModelManifest.FILE)),
                ModelManifest.TREES,
                trees));
        assertThat(opened.manifest().golden()).hasSizeGreaterThan(10);
        List<Double> python = python(folder);
        Booster booster = XGBoost.loadModel(trees);
        List<Float> differences = new ArrayList<>();
        for (int i = 0; i < python.size(); i++) {
            GoldenRow row = opened.manifest().golden().get(i);
            float[] scaled = new float[row.vector().length];
            opened.manifest().scaler().apply(row.vector(), scaled);
            DMatrix matrix = new DMatrix(scaled, 1, scaled.length, Float.NaN);
            differences.add(Math.abs(booster.predict(matrix)[0][0] - row.scores()[0]));
            differences.add((float) Math.abs(python.get(i) - row.scores()[0]));
            matrix.dispose();
        }
        booster.dispose();
        assertThat(differences)
                .hasSizeGreaterThan(20)
                .allSatisfy(difference -> assertThat(difference).isLessThan(1e-6f));
    }

    /** The scores of the golden rows as Python gives them, through MLflow's own loader. */
    private static List<Double> python(Path folder) throws Exception {
        String script = """
                import json, sys, mlflow.pyfunc, pandas
                folder = sys.argv[1]
                manifest = json.load(open(folder + "/millrace.json"))
                model = mlflow.pyfunc.load_model(folder)
                frame = pandas.DataFrame([row["vector"] for row in manifest["golden"]], columns=manifest["features"])
                print(json.dumps([float(score) for score in model.predict(frame)]))
                """;
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(TestMlflow.python().toString(), "-c", script, folder.toString())
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(() -> read(folder.resolve("errors"))).isZero();
        List<Double> scores = new ArrayList<>();
        for (JsonNode score : new ObjectMapper().readTree(Files.readAllBytes(output))) {
            scores.add(score.asDouble());
        }
        return scores;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    @Test
    void aGateKeepsTheChampion() {
        int code = execute(
                Map.of("auc", 0.999999), "train", "--use-case", "u", "--model", model, "--threads", "1", "--promote");
        assertThat(code).isEqualTo(3);
        assertThat(err.toString())
                .startsWith("promotion-gate: version 1 of " + model
                        + " stays registered, the champion stays; expected auc of at" + " least 0.999999: 0.9")
                .hasLineCount(1);
        assertThat(new Registry(server, Duration.ofSeconds(20)).byAlias(model, "champion"))
                .isEmpty();
        assertThat(execute(Map.of(), "promote", "--model", model, "--version", "1"))
                .isZero();
        assertThat(out.toString()).contains("version 1 of " + model + " is the champion");
        assertThat(execute(Map.of(), "promote", "--model", model, "--version", "1", "--alias", "challenger"))
                .as("nothing is compared with itself")
                .isEqualTo(3);
        assertThat(err.toString()).contains("expected another version than the champion for the alias challenger");
        assertThat(execute(Map.of(), "promote", "--model", model, "--version", "9"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("promotion-unknown-version: expected version 9 of " + model);
    }

    @Test
    void aChampionGivesWayToABetterOneOnly() {
        String[] train = {"train", "--use-case", "u", "--threads", "1", "--promote"};
        assertThat(execute(Map.of(), train)).isZero();
        assertThat(execute(Map.of(), train)).isEqualTo(3);
        assertThat(err.toString())
                .contains("promotion-gate: version 2 of " + model + " stays registered, the champion stays; expected"
                        + " average_precision better than that of the champion v1 with p of at most 0.05: 0.")
                .contains(", p 1.0000");
        assertThat(new Registry(server, Duration.ofSeconds(20)).byAlias(model, "champion"))
                .map(ModelVersion::version)
                .contains("1");
    }

    @Test
    void wrongUseIsSaid() {
        assertThat(execute(Map.of(), "train")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required option: '--use-case=NAME'");
        assertThat(execute(Map.of())).isEqualTo(2);
        assertThat(err.toString()).contains("expected a subcommand");
        assertThat(TrainingJob.run(Map.of(Settings.MLFLOW, "ftp://x"), "promote"))
                .isEqualTo(2);
        assertThat(TrainingJob.run(Map.of(), "promote", "--help")).isZero();
    }
}

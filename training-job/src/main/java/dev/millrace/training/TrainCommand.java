package dev.millrace.training;

import dev.millrace.forest.model.ModelPackage;
import dev.millrace.forest.model.ShortestDecimal;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.DatasetVersion;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.data.TrainingSetSink;
import dev.millrace.training.data.TrainingSetSource;
import dev.millrace.training.mlflow.ModelVersion;
import dev.millrace.training.promotion.Gates;
import dev.millrace.training.xgboost.Trainer;
import dev.millrace.training.xgboost.XgboostParameters;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model, registers it as the next version, and promotes it when asked to. */
@Command(name = "train", mixinStandardHelpOptions = true, description = "Train a model and register it.")
final class TrainCommand implements Callable<Integer> {

    private static final long SEED = 20_260_101;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private RowOptions rows;

    @Option(
            names = "--dataset",
            paramLabel = "TABLE@SNAPSHOT",
            converter = DatasetCommand.Version.class,
            description = "A training set that was made before; a new one is made when left out.")
    private @Nullable DatasetVersion dataset;

    @Option(names = "--promote", description = "Make it the champion when it reaches the use case's gates.")
    private boolean promote;

    /** All but one: XGBoost's threads wait for each other busily, and one that has no processor slows all others fivefold. */
    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads to train with; all processors but one when left out.")
    private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

    private final TrainingSetSource source;
    private final TrainingSetSink sink;
    private final Settings settings;
    private final Clock clock;
    private final List<XgboostParameters> grid;

    TrainCommand(
            TrainingSetSource source,
            TrainingSetSink sink,
            Settings settings,
            Clock clock,
            List<XgboostParameters> grid) {
        this.source = source;
        this.sink = sink;
        this.settings = settings;
        this.clock = clock;
        this.grid = grid;
    }

    @Override
    public Integer call() {
        Instant began = clock.instant();
        say("reading the lake of %s".formatted(rows.useCase()));
        TrainingSet set =
                source.read(new TrainingSetSource.Request(rows.useCase(), rows.model(), rows.period(), dataset));
        say("%d rows of %d features, %.0f of them positive, of %s"
                .formatted(
                        set.size(),
                        set.featureNames().size(),
                        Arrays.stream(set.labels()).sum(),
                        set.origin().getOrDefault("dataset", "no table")));
        TrainingRun.Outcome outcome = new TrainingRun(new Trainer(threads, SEED), grid, clock, this::say).run(set);
        outcome.metrics().forEach((name, value) -> say("%-22s %.4f".formatted(name, value)));
        try (Publication publication = new Publication(settings.mlflow(), settings.patience(), clock)) {
            ModelVersion version = publication.publish(outcome);
            say("registered %s as version %s (run %s)".formatted(version.model(), version.version(), version.runId()));
            sink.write(version.runId(), set, outcome.split());
            say("wrote its rows to training_features, %d s after the start"
                    .formatted(Duration.between(began, clock.instant()).toSeconds()));
            if (promote) {
                promote(publication, version, outcome);
            }
        }
        return 0;
    }

    private void promote(Publication publication, ModelVersion version, TrainingRun.Outcome outcome) {
        Gates.Verdict verdict = verdict(publication, outcome);
        verdict.passed().forEach(gate -> say("passed: " + gate));
        if (!verdict.promotes()) {
            throw new TrainingException(
                    Code.GATE,
                    "version %s of %s stays registered, the champion stays; expected %s"
                            .formatted(
                                    version.version(), version.model(), String.join("; expected ", verdict.failed())));
        }
        publication.promote(version.model(), version.version(), Alias.CHAMPION);
        say("version %s of %s is the %s".formatted(version.version(), version.model(), Alias.CHAMPION));
        settings.prediction().refresh().ifPresent(this::say);
    }

    /** A champion that the present definitions cannot serve is no rival: the floors decide then. */
    private Gates.Verdict verdict(Publication publication, TrainingRun.Outcome outcome) {
        TrainingSet set = outcome.set();
        Gates gates = new Gates(set.spec().promote());
        Optional<Publication.Champion> champion =
                publication.champion(set.spec().model());
        if (champion.isEmpty()) {
            return gates.floors(outcome.metrics());
        }
        String rival = "v" + champion.get().version();
        ModelPackage opened = champion.get().opened();
        if (opened == null
                || !opened.manifest().definitionsDigest().equals(set.spec().definitionsDigest())) {
            say("the champion %s is broken or of other definitions: it is not compared with".formatted(rival));
            return gates.floors(outcome.metrics());
        }
        int[] test = outcome.split().test();
        int[] fair = later(set, test, opened.manifest().trainedThrough());
        if (fair.length < test.length) {
            say("%s knows %d of %d test rows from its training: the others are compared"
                    .formatted(rival, test.length - fair.length, test.length));
        }
        double[] scores = Arrays.stream(fair)
                .mapToObj(place -> set.rows()[test[place]])
                .mapToDouble(row -> ShortestDecimal.of(opened.score(row)))
                .toArray();
        double[] fresh = Arrays.stream(fair)
                .mapToDouble(place -> outcome.testScores()[place])
                .toArray();
        double[] labels =
                set.labels(Arrays.stream(fair).map(place -> test[place]).toArray());
        if (Arrays.stream(labels).distinct().count() < 2) {
            throw new TrainingException(
                    Code.NOT_ENOUGH_DATA,
                    "expected test rows of either truth that are later than %s, through which the champion %s was trained, but came %d rows; train with a later --to"
                            .formatted(opened.manifest().trainedThrough(), rival, fair.length));
        }
        return gates.against(outcome.metrics(), new Gates.Duel(rival, fresh, scores, labels));
    }

    /** Places among the test rows of those that come after a moment. */
    private static int[] later(TrainingSet set, int[] test, Instant moment) {
        return IntStream.range(0, test.length)
                .filter(place -> set.eventTimes()[test[place]] > moment.toEpochMilli())
                .toArray();
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}

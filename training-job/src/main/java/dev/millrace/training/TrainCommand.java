package dev.millrace.training;

import dev.millrace.training.mlflow.ModelVersion;
import dev.millrace.training.xgboost.Trainer;
import dev.millrace.training.xgboost.XgboostParameters;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

    @Option(names = "--use-case", required = true, paramLabel = "NAME", description = "The use case's name.")
    @SuppressWarnings("NullAway.Init")
    private String useCase;

    @Option(names = "--model", paramLabel = "NAME", description = "The model's name; its only one when left out.")
    private @Nullable String model;

    @Option(names = "--promote", description = "Make it the champion when it reaches the use case's gates.")
    private boolean promote;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to train with; all processors when left out.")
    private int threads = Runtime.getRuntime().availableProcessors();

    private final TrainingSetSource source;
    private final Settings settings;
    private final Clock clock;
    private final List<XgboostParameters> grid;

    TrainCommand(TrainingSetSource source, Settings settings, Clock clock, List<XgboostParameters> grid) {
        this.source = source;
        this.settings = settings;
        this.clock = clock;
        this.grid = grid;
    }

    @Override
    public Integer call() {
        TrainingSet set = source.read(useCase, model);
        say("%d rows of %d features, up to batch %d of the stream"
                .formatted(set.size(), set.featureNames().size(), set.readUpToBatch()));
        TrainingRun.Outcome outcome = new TrainingRun(new Trainer(threads, SEED), grid, clock).run(set);
        outcome.metrics().forEach((name, value) -> say("%-22s %.4f".formatted(name, value)));
        try (Publication publication = new Publication(settings.mlflow(), settings.patience(), clock)) {
            ModelVersion version = publication.publish(outcome);
            say("registered %s as version %s (run %s)".formatted(version.model(), version.version(), version.runId()));
            if (promote) {
                publication.promote(
                        version.model(), version.version(), set.spec().atLeast());
                say("version %s of %s is the %s".formatted(version.version(), version.model(), Publication.CHAMPION));
            }
        }
        return 0;
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}

package dev.millrace.training;

import dev.millrace.training.config.Settings;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a registered version the one that is served, or lets it try. (Its --version takes the place of the standard option.) */
@Command(
        name = "promote",
        description = "Make a version the champion, or challenger or shadow, once its package has proved readable.")
final class PromoteCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Option(names = "--use-case", paramLabel = "NAME", description = "Not needed: the name of a model is enough.")
    @SuppressWarnings("UnusedVariable") // ./millrace gives it to every command
    private @Nullable String useCase;

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "The registered model's name.")
    @SuppressWarnings("NullAway.Init")
    private String model;

    @Option(names = "--version", required = true, paramLabel = "N", description = "The version's number.")
    @SuppressWarnings("NullAway.Init")
    private String version;

    @Option(
            names = "--alias",
            paramLabel = "ALIAS",
            description = "What it is to be: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} when left out.")
    private Alias alias = Alias.CHAMPION;

    private final Settings settings;
    private final Clock clock;

    PromoteCommand(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        try (Publication publication = new Publication(settings.mlflow(), settings.patience(), clock)) {
            publication.promote(model, version, alias);
            spec.commandLine().getOut().println("version %s of %s is the %s".formatted(version, model, alias));
            settings.prediction()
                    .refresh()
                    .ifPresent(line -> spec.commandLine().getOut().println(line));
        }
        return 0;
    }
}

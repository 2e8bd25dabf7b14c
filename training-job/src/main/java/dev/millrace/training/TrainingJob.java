package dev.millrace.training;

import dev.millrace.training.config.Settings;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.history.LakeHistory;
import dev.millrace.training.history.TrainingFeatures;
import dev.millrace.training.xgboost.XgboostParameters;
import java.time.Clock;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the training job. */
@Command(
        name = "training-job",
        mixinStandardHelpOptions = true,
        description = "Turns labelled features into registered models.")
public final class TrainingJob implements Runnable {

    /** A run that trained well and promoted nothing: a schedule need not raise an alarm. */
    private static final int KEPT = 3;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(run(System.getenv(), arguments));
    }

    static int run(Map<String, String> environment, String... arguments) {
        Settings settings;
        try {
            settings = Settings.of(environment);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        Clock clock = Clock.systemUTC();
        LakeHistory history = new LakeHistory(settings, clock, System.out::println);
        return commandLine(
                        new DatasetCommand(history, clock),
                        new TrainCommand(
                                history, new TrainingFeatures(settings), settings, clock, XgboostParameters.grid()),
                        new PromoteCommand(settings, clock),
                        new CompareCommand(settings, clock))
                .execute(arguments);
    }

    /** The command with these subcommands; a failure is one line and exit code 1, or 3 when a gate keeps the champion. */
    static CommandLine commandLine(Object... subcommands) {
        CommandLine commandLine = new CommandLine(new TrainingJob());
        for (Object subcommand : subcommands) {
            commandLine.addSubcommand(subcommand);
        }
        return commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, result) -> {
                    command.getErr().println(exception.getMessage());
                    command.getErr().flush();
                    return exception instanceof TrainingException known && known.code() == TrainingException.Code.GATE
                            ? KEPT
                            : CommandLine.ExitCode.SOFTWARE;
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a subcommand");
    }
}

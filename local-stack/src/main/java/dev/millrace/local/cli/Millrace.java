package dev.millrace.local.cli;

import dev.millrace.local.home.LocalStackException;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code ./millrace}. */
@Command(
        name = "millrace",
        description = {
            "Runs the whole platform on this machine.",
            "",
            "Also: ./millrace test [--quick | --long] [MODULE] sets everything up and runs the tests."
        },
        mixinStandardHelpOptions = true,
        version = "Millrace 0.1.0",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            DoctorCommand.class,
            ReplayCommand.class,
            TrafficCommand.class,
            BenchCommand.class,
            DatasetCommand.class,
            TrainCommand.class,
            PromoteCommand.class,
            CompareCommand.class,
            CatalogCommand.class,
            KeyCommand.class,
            BackfillCommand.class,
            PrepareCommand.class
        })
public final class Millrace {

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Millrace()).setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("millrace: " + message(failure));
            command.getErr().flush();
            return 1;
        });
    }

    static String message(Exception failure) {
        return failure instanceof LocalStackException || failure instanceof UncheckedIOException
                ? String.valueOf(failure.getMessage())
                : failure.toString();
    }
}

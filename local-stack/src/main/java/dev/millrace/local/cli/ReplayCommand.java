package dev.millrace.local.cli;

import dev.millrace.local.home.LocalStackException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** Sends a file of events through ingestion with their own times. */
@Command(
        name = "replay",
        description = "Sends a file of events through ingestion, each with its own time. Other options are the feed's.",
        mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The file, plain or .gz, in a format that the use case maps.")
    private Path file = Path.of("");

    @Option(
            names = "--speed",
            paramLabel = "X",
            description = "How many times faster than it happened (default: as fast as it goes).")
    private String speed = "";

    @Unmatched
    private List<String> others = new ArrayList<>();

    @Override
    public Integer call() {
        if (!Files.isReadable(file)) {
            throw new LocalStackException("Cannot read " + file.toAbsolutePath() + ": expected a file of events");
        }
        var arguments = new ArrayList<>(List.of("replay", file.toAbsolutePath().toString()));
        if (!speed.isEmpty()) {
            arguments.addAll(List.of("--speed", speed));
        }
        arguments.addAll(others);
        return PassThrough.run(platform -> platform.feed(arguments.toArray(String[]::new)));
    }
}

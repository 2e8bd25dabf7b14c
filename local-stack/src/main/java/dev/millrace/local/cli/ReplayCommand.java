package dev.millrace.local.cli;

import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.up.Platform;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Sends a file of events through ingestion with their own times. */
@Command(name = "replay", description = "Sends a file of events through ingestion, each with its own time.")
final class ReplayCommand extends ProgramCommand {

    @Override
    ProcessSpec program(Platform platform, List<String> arguments) {
        return platform.feed(
                Stream.concat(Stream.of("replay"), arguments.stream()).toArray(String[]::new));
    }
}

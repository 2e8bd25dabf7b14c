package dev.millrace.local.cli;

import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.up.Platform;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Live events from the generator, in this terminal. */
@Command(name = "traffic", description = "Sends generated events as if live, until Ctrl-C.")
final class TrafficCommand extends ProgramCommand {

    @Override
    ProcessSpec program(Platform platform, List<String> arguments) {
        return platform.feed(
                Stream.concat(Stream.of("traffic"), arguments.stream()).toArray(String[]::new));
    }
}

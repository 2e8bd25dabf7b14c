package dev.millrace.local.cli;

import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.up.Platform;
import java.util.List;
import picocli.CommandLine.Command;

/** Makes a registered version the one that is served, or lets it try. */
@Command(name = "promote", description = "Promotes a registered version of a model.")
final class PromoteCommand extends ProgramCommand {

    @Override
    ProcessSpec program(Platform platform, List<String> arguments) {
        return platform.shortJob(Arguments.withUseCase("promote", arguments, platform));
    }
}

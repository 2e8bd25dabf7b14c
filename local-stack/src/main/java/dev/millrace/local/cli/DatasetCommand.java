package dev.millrace.local.cli;

import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.up.Platform;
import java.util.List;
import picocli.CommandLine.Command;

/** Makes a training set of what the platform holds now. */
@Command(name = "dataset", description = "Makes a training set in the lake.")
final class DatasetCommand extends ProgramCommand {

    @Override
    ProcessSpec program(Platform platform, List<String> arguments) {
        return platform.shortJob(Arguments.withUseCase("dataset", arguments, platform));
    }

    @Override
    int run(Platform platform, List<String> arguments) {
        return PassThrough.run(platform.training("dataset", Arguments.withUseCase("dataset", arguments, platform)));
    }
}

package dev.millrace.local.cli;

import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.up.Platform;
import java.util.List;
import picocli.CommandLine.Command;

/** Trains a model on what the platform holds now. */
@Command(name = "train", description = "Trains and registers a model. Exit code 3: a gate keeps the champion.")
final class TrainCommand extends ProgramCommand {

    @Override
    ProcessSpec program(Platform platform, List<String> arguments) {
        return platform.shortJob(Arguments.withUseCase("train", arguments, platform));
    }

    @Override
    int run(Platform platform, List<String> arguments) {
        return PassThrough.run(platform.training("train", Arguments.withUseCase("train", arguments, platform)));
    }
}

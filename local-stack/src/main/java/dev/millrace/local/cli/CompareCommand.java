package dev.millrace.local.cli;

import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.up.Platform;
import java.util.List;
import picocli.CommandLine.Command;

/** Compares a challenger with the champion. */
@Command(
        name = "compare",
        description =
                "Compares the challenger with the champion on answers whose truth is known. Exit code 3: the champion stays.")
final class CompareCommand extends ProgramCommand {

    @Override
    ProcessSpec program(Platform platform, List<String> arguments) {
        return platform.shortJob(Arguments.withUseCase("compare", arguments, platform));
    }
}

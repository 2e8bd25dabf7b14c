package dev.millrace.local.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Compares a challenger with the champion. */
@Command(
        name = "compare",
        description = {
            "Compares the challenger with the champion on answers whose truth is known. Options are the training job's:",
            "--model NAME, --window DURATION, --promote, --json FILE. Exit code 3: the champion stays."
        },
        mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
    @Unmatched
    private List<String> others = new ArrayList<>();

    @Override
    public Integer call() {
        return PassThrough.run(platform -> platform.shortJob(Arguments.withUseCase("compare", others, platform)));
    }
}

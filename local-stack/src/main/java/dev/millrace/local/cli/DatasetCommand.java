package dev.millrace.local.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Makes a training set of what the platform holds now. */
@Command(
        name = "dataset",
        description =
                "Makes a training set in the lake. Options are the training job's: --model NAME, --from TIME, --lag DURATION, …",
        mixinStandardHelpOptions = true)
final class DatasetCommand implements Callable<Integer> {
    @Unmatched
    private List<String> others = new ArrayList<>();

    @Override
    public Integer call() {
        return PassThrough.runJob(
                platform -> platform.training("dataset", Arguments.withUseCase("dataset", others, platform)));
    }
}

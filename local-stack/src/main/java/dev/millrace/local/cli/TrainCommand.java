package dev.millrace.local.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Trains a model on what the platform holds now. */
@Command(
        name = "train",
        description = "Trains and registers a model. Options are the training job's: --model NAME, --promote, …",
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
    @Unmatched
    private List<String> others = new ArrayList<>();

    @Override
    public Integer call() {
        return PassThrough.runJob(
                platform -> platform.training("train", Arguments.withUseCase("train", others, platform)));
    }
}

package dev.millrace.local.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Makes a registered version the one that is served, or lets it try. */
@Command(
        name = "promote",
        description =
                "Promotes a registered version of a model. Options are the training job's: --model NAME, --version N,"
                        + " --alias champion|challenger|shadow",
        mixinStandardHelpOptions = true)
final class PromoteCommand implements Callable<Integer> {
    @Unmatched
    private List<String> others = new ArrayList<>();

    @Override
    public Integer call() {
        return PassThrough.run(platform -> platform.shortJob(Arguments.withUseCase("promote", others, platform)));
    }
}

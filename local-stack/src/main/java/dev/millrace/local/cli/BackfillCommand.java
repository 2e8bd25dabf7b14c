package dev.millrace.local.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Folds the features of all entities from the lake, for definitions that have changed or a state that is lost. */
@Command(
        name = "backfill",
        description = {
            "Folds every view of every entity from the lake, by the definitions as they are now.",
            "The running stream goes on meanwhile, and takes over what was folded."
        },
        mixinStandardHelpOptions = true)
final class BackfillCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        return PassThrough.run(PassThrough.platform().stream("backfill"));
    }
}

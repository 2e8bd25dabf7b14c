package dev.millrace.local.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Live events from the generator, in this terminal. */
@Command(
        name = "traffic",
        description = "Sends generated events as if live, until Ctrl-C. Other options are the feed's.",
        mixinStandardHelpOptions = true)
final class TrafficCommand implements Callable<Integer> {
    @Unmatched
    private List<String> others = new ArrayList<>();

    @Override
    public Integer call() {
        others.add(0, "traffic");
        return PassThrough.run(platform -> platform.feed(others.toArray(String[]::new)));
    }
}

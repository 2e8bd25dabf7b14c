package dev.millrace.local.cli;

import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.up.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Unmatched;

/**
 * A command of one of the platform's own programs, against what is up. All that follows its name is that program's to read, the
 * request for help included: an option that this command had itself would be taken out of its hands.
 */
abstract class ProgramCommand implements Callable<Integer> {
    private static final Set<String> HELP = Set.of("-h", "--help");

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    /** The program as it is run. */
    abstract ProcessSpec program(Platform platform, List<String> arguments);

    /** Runs it; its exit code. */
    int run(Platform platform, List<String> all) {
        return PassThrough.run(program(platform, all));
    }

    @Override
    public final Integer call() {
        return arguments.stream().anyMatch(HELP::contains)
                ? PassThrough.run(program(PassThrough.anyPlatform(), arguments))
                : run(PassThrough.platform(), arguments);
    }
}

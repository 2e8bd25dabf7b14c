package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.server.PythonEnvironment;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Installs what is downloaded once, so that nothing has to be later. */
@Command(
        name = "prepare",
        description = "Installs the private Python environment when it is not there.",
        mixinStandardHelpOptions = true,
        hidden = true)
final class PrepareCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        System.out.println("Python environment: "
                + PythonEnvironment.in(Folders.standard()).folder());
        return 0;
    }
}

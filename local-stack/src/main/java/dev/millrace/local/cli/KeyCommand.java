package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.up.Modules;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an API key. */
@Command(
        name = "key",
        description = "Makes an API key: prints it, and the line for the file that MILLRACE_API_KEYS names.",
        mixinStandardHelpOptions = true)
final class KeyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Whose it is: letters, digits, dots, dashes, underscores.")
    private String id = "";

    @Option(
            names = "--roles",
            required = true,
            description = "Out of reader, scorer, operator, admin; each includes those before it.")
    private String roles = "";

    @Option(names = "--use-cases", defaultValue = "*", description = "What it sees, with commas (default: all).")
    private String useCases = "*";

    @Option(names = "--expires", defaultValue = "never", description = "Such as 2027-01-31T00:00:00Z (default: never).")
    private String expires = "never";

    @Override
    public Integer call() {
        Modules modules = new Modules(Folders.standard());
        JavaCommand command = new JavaCommand(
                modules.classPath("web-support"),
                "dev.millrace.web.security.NewKey",
                JavaCommand.platformFlags(),
                List.of(id, roles, useCases, expires));
        try {
            return new ProcessBuilder(command.line()).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new LocalStackException("Cannot make a key: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while making a key", e);
        }
    }
}

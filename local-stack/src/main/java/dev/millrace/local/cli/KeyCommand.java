package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.up.Modules;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
        List<String> problems = problems(modules.useCaseNames(), Instant.now());
        if (!problems.isEmpty()) {
            throw new LocalStackException(String.join("; ", problems));
        }
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

    // Only what makes a key useless: how the words are written is checked where they are read.
    private List<String> problems(List<String> known, Instant now) {
        var problems = new ArrayList<String>();
        List<String> unknown = Stream.of(useCases.split(","))
                .filter(name -> !name.equals("*") && !name.isBlank() && !known.contains(name))
                .toList();
        if (!unknown.isEmpty()) {
            problems.add("--use-cases names %s: expected * for all, or some of %s".formatted(unknown, known));
        }
        end().filter(end -> !end.isAfter(now))
                .ifPresent(end -> problems.add("--expires %s has passed: expected a time after %s, or never"
                        .formatted(end, now.truncatedTo(ChronoUnit.SECONDS))));
        return problems;
    }

    private Optional<Instant> end() {
        try {
            return Optional.of(Instant.parse(expires));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}

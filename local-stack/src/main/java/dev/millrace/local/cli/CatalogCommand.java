package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.up.Modules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the page of all features. */
@Command(
        name = "catalog",
        description = "Prints every feature of every use case: formula, window, type, source, users (docs/catalog.md).",
        mixinStandardHelpOptions = true)
final class CatalogCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        Modules modules = new Modules(Folders.standard());
        List<String> flags = new ArrayList<>(JavaCommand.platformFlags());
        flags.add("-Dslf4j.internal.verbosity=ERROR");
        JavaCommand command = new JavaCommand(
                modules.classPathWithUseCases("feature-core"),
                "dev.millrace.feature.Catalog",
                flags,
                List.of(modules.useCasesFolder().toString()));
        try {
            return new ProcessBuilder(command.line()).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new LocalStackException("Cannot print the catalog: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while printing the catalog", e);
        }
    }
}

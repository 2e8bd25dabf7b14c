package dev.millrace.local.up;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The built modules of the repository and their class paths. */
public record Modules(Folders folders) {

    /** Classes of {@code module} and all it depends on. */
    public String classPath(String module) {
        Path list = folders.root().resolve(module).resolve("target/classpath.txt");
        try {
            return folders.classes(module) + ":" + Files.readString(list).strip();
        } catch (IOException e) {
            throw new LocalStackException(
                    "%s is not built (no %s): run ./mvnw package -DskipTests, or ./millrace up".formatted(module, list),
                    e);
        }
    }

    /** The same with the code of every use case, which is found by what it provides. */
    public String classPathWithUseCases(String module) {
        var parts = new ArrayList<>(List.of(classPath(module)));
        for (Path useCase : useCases()) {
            Path classes = useCase.resolve("target/classes");
            if (Files.isDirectory(classes)) {
                parts.add(classes.toString());
            }
        }
        return String.join(":", parts);
    }

    /** The same as jars, as far as they are built. */
    public String jarsWithUseCases(String module) {
        return Stream.of(classPathWithUseCases(module).split(File.pathSeparator))
                .map(Modules::asJar)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** The jar of a module's classes, or they themselves. */
    private static String asJar(String entry) {
        Path classes = Path.of(entry);
        Path target = classes.getParent();
        if (!classes.endsWith("target/classes") || target == null) {
            return entry;
        }
        try (Stream<Path> jars = Files.list(target)) {
            return jars.map(Path::toString)
                    .filter(jar -> jar.endsWith("SNAPSHOT.jar") || jar.matches(".*-[0-9.]+\\.jar"))
                    .max(Comparator.comparingLong(jar -> new File(jar).lastModified()))
                    .orElse(entry);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + target, e);
        }
    }

    /** The folder of all use cases. */
    public Path useCasesFolder() {
        String given = System.getenv("MILLRACE_USE_CASES");
        return given == null || given.isBlank()
                ? folders.root().resolve("use-cases")
                : Path.of(given).toAbsolutePath();
    }

    /** The folder of one use case. */
    public Path useCase(String name) {
        Path folder = useCasesFolder().resolve(name);
        if (name.isBlank() || !Files.isDirectory(folder)) {
            throw new LocalStackException(
                    "No use case is named \"%s\": expected one of %s (--use-case, or MILLRACE_USE_CASE)"
                            .formatted(name, useCaseNames()));
        }
        return folder;
    }

    /** The names of all use cases. */
    public List<String> useCaseNames() {
        return useCases().stream()
                .map(path -> String.valueOf(path.getFileName()))
                .toList();
    }

    /** The names of the models that a use case defines. */
    public List<String> models(String useCase) {
        try (Stream<Path> files = Files.list(useCase(useCase).resolve("models"))) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.substring(0, name.length() - ".yaml".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new LocalStackException(
                    "The use case %s has no folder models: expected one file NAME.yaml per model".formatted(useCase),
                    e);
        }
    }

    private List<Path> useCases() {
        if (!Files.isDirectory(useCasesFolder())) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(useCasesFolder())) {
            return all.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

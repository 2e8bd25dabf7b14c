package dev.millrace.local.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where things are on this machine.
 *
 * @param root the repository
 * @param home what a run keeps: data, logs, run
 * @param tools what is downloaded or unpacked once and holds no data: server binaries and the Python environment
 */
public record Folders(Path root, Path home, Path tools) {

    /** The folders of {@code ./millrace}: {@code .millrace} in the repository, or {@code MILLRACE_HOME}. */
    public static Folders standard() {
        Path root = repository();
        String override = System.getProperty("millrace.home", System.getenv("MILLRACE_HOME"));
        Path home = override == null || override.isBlank()
                ? root.resolve(".millrace")
                : Path.of(override).toAbsolutePath();
        return new Folders(root, home, home.resolve("tools"));
    }

    /** The same tools, with data, logs and run in {@code home}. */
    public Folders at(Path home) {
        return new Folders(root, home, tools);
    }

    public Path data() {
        return made(home.resolve("data"));
    }

    public Path logs() {
        return made(home.resolve("logs"));
    }

    public Path run() {
        return made(home.resolve("run"));
    }

    /** What programs start faster with, see {@code StartupCache}. */
    public Path startup() {
        return home.resolve("startup");
    }

    public Path log(String name) {
        return logs().resolve(name + ".log");
    }

    /** The classes of {@code module}, as the build leaves them. */
    public Path classes(String module) {
        return root.resolve(module).resolve("target/classes");
    }

    public static Path made(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot make the folder " + folder + ": check its permissions, or set MILLRACE_HOME to another", e);
        }
    }

    /** Makes the folder that {@code file} is to be in. */
    public static void madeFor(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            made(parent);
        }
    }

    /** Deletes {@code folder} and all in it; nothing when it is not there. */
    public static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + folder, e);
        }
    }

    private static Path repository() {
        String given = System.getProperty("millrace.root");
        if (given != null) {
            return Path.of(given).toAbsolutePath().normalize();
        }
        for (@Nullable Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("mvnw")) && Files.isDirectory(at.resolve("local-stack"))) {
                return at;
            }
        }
        throw new LocalStackException(
                "Expected to run inside the repository or with -Dmillrace.root=FOLDER, but found neither above "
                        + Path.of("").toAbsolutePath());
    }
}

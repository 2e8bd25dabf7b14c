package dev.millrace.local.process;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a program has loaded, linked and profiled, kept for its next run: the JDK's
 * <a href="https://openjdk.org/jeps/514">ahead-of-time cache</a>. One run notes what it uses; of that the cache is made afterwards, in
 * the background and at the lowest priority. Other jars or another JDK need another cache, and the one before is deleted.
 *
 * @param folder of all caches, some 250 MB each
 * @param name of what is run: other programs, and other commands of one, load other classes
 * @param command without a cache; its class path has jars only, or it gets none
 */
public record StartupCache(Path folder, String name, JavaCommand command) {
    /** Keeps profiles, too; older JDKs have no cache that is worth its disk. */
    private static final int SINCE = 25;

    /** From a run's notes to the cache it takes a minute of a busy machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final String QUIET = "-Xlog:disable";

    /** Given the cache in the making, the cache, and what it is made of. */
    private static final String MAKE =
            "making=$0 cache=$1 taken=$2; shift 2; \"$@\" && mv \"$making\" \"$cache\"; rm -f \"$taken\"";

    /** The command with the cache where it is there, or noting what it will be made of. */
    public JavaCommand warmed() {
        if (!isPossible() || isBeingMade()) {
            return command;
        }
        Folders.made(folder);
        return command.with(
                Files.exists(file("aot"))
                        ? List.of("-XX:AOTCache=" + file("aot"), QUIET)
                        : List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=" + file("notes"), QUIET));
    }

    /** Begins to make it of what a run has noted: to be called when the run is over. */
    public void make() {
        if (!Files.exists(file("notes"))) {
            return;
        }
        deleteOthers();
        List<String> line = new ArrayList<>(List.of("setsid", "nice", "-n", "19", "sh", "-c", MAKE));
        line.addAll(List.of(
                file("making").toString(), file("aot").toString(), file("taken").toString()));
        line.addAll(command.with(List.of(
                        "-XX:AOTMode=create",
                        "-XX:AOTConfiguration=" + file("taken"),
                        "-XX:AOTCache=" + file("making"),
                        QUIET))
                .line());
        try {
            // Whoever moves them makes the cache.
            Files.move(file("notes"), file("taken"), StandardCopyOption.ATOMIC_MOVE);
            new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(file("log").toFile())
                    .start();
        } catch (IOException e) {
            throw new LocalStackException("Cannot make the cache " + file("aot") + ": " + e.getMessage(), e);
        }
    }

    /** Unless whoever made it was ended. */
    private boolean isBeingMade() {
        long since = file("taken").toFile().lastModified();
        return since > System.currentTimeMillis() - PATIENCE.toMillis();
    }

    /** Whether the JDK makes one: from 25 on, of jars alone. */
    public boolean isPossible() {
        return Runtime.version().feature() >= SINCE && entries().noneMatch(Files::isDirectory);
    }

    private Stream<Path> entries() {
        return Stream.of(command.classPath().split(File.pathSeparator)).map(Path::of);
    }

    /** {@code notes} of a run, {@code taken} while a cache is made of them, {@code making} until it is whole, {@code aot}. */
    Path file(String ending) {
        return folder.resolve(name + "-" + digest() + "." + ending);
    }

    /** Of the JDK and the jars: as many bytes and as old as they are. */
    private String digest() {
        String jars = entries()
                .map(jar ->
                        jar + "|" + jar.toFile().length() + "|" + jar.toFile().lastModified())
                .collect(Collectors.joining("\n"));
        return UUID.nameUUIDFromBytes((Runtime.version() + "\n" + jars).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private void deleteOthers() {
        String own = name + "-" + digest() + ".";
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String other = String.valueOf(file.getFileName());
                if (other.matches(name + "-[0-9a-f-]{36}\\..*") && !other.startsWith(own)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot tidy " + folder, e);
        }
    }
}

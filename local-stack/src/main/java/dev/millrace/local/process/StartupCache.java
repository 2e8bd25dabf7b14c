package dev.millrace.local.process;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** The command with the cache where it is there, or noting what it will be made of. */
    public JavaCommand warmed() {
        if (!isPossible()) {
            return command;
        }
        if (Files.exists(cache())) {
            return command.with(List.of("-XX:AOTCache=" + cache(), "-Xlog:aot*=off", "-Xlog:cds*=off"));
        }
        if (Files.exists(notes())) {
            return command;
        }
        Folders.made(folder);
        return command.with(
                List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=" + notes(), "-Xlog:aot*=off", "-Xlog:cds*=off"));
    }

    /** Begins to make it of what a run has noted, if it is not there: to be called when the run is over. */
    public void make() {
        if (!isPossible() || !Files.exists(notes()) || Files.exists(cache())) {
            return;
        }
        deleteOthers();
        Path making = folder.resolve(file("making"));
        var line = new ArrayList<>(List.of(
                "setsid",
                "nice",
                "-n",
                "19",
                "sh",
                "-c",
                "\"$@\" && mv \"" + making + "\" \"" + cache() + "\"",
                "make"));
        line.addAll(
                command.with(List.of("-XX:AOTMode=create", "-XX:AOTConfiguration=" + notes(), "-XX:AOTCache=" + making))
                        .line());
        try {
            new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve(file("log")).toFile())
                    .start();
        } catch (IOException e) {
            throw new LocalStackException("Cannot make the cache " + cache() + ": " + e.getMessage(), e);
        }
    }

    private boolean isPossible() {
        return Runtime.version().feature() >= SINCE && entries().noneMatch(Files::isDirectory);
    }

    private Stream<Path> entries() {
        return Stream.of(command.classPath().split(File.pathSeparator)).map(Path::of);
    }

    Path cache() {
        return folder.resolve(file("aot"));
    }

    Path notes() {
        return folder.resolve(file("notes"));
    }

    private String file(String ending) {
        return name + "-" + digest() + "." + ending;
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

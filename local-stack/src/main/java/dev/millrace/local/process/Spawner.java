package dev.millrace.local.process;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts processes that the kernel ends when this one is gone, however it ends.
 *
 * <p>{@code setpriv --pdeathsig} asks for a signal at the death of the parent <em>thread</em>; so all processes are
 * started by one thread that lives as long as the JVM. {@code setsid} gives each a session of its own: a Ctrl-C in the
 * terminal reaches only us, and we stop them in order.
 */
public final class Spawner {
    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("millrace-spawner").factory());

    private Spawner() {}

    /** Starts it, without waiting for it to be ready. */
    public static RunningProcess start(ProcessSpec spec) {
        try {
            // What the log holds already is of earlier runs.
            long logged = spec.log().toFile().length();
            return new RunningProcess(spec, THREAD.submit(() -> launch(spec)).get(), logged);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while starting " + spec.name(), e);
        } catch (ExecutionException e) {
            throw new LocalStackException(
                    "Cannot start %s (%s): %s"
                            .formatted(spec.name(), spec.command().get(0), String.valueOf(e.getCause())),
                    e);
        }
    }

    /** Whether processes end with this one even when it is killed. */
    public static boolean canTieToParent() {
        return onPath("setpriv") && onPath("setsid");
    }

    /** Whether {@code program} is in a folder of PATH. */
    public static boolean onPath(String program) {
        String path = System.getenv("PATH");
        return path != null
                && List.of(path.split(File.pathSeparator)).stream()
                        .filter(folder -> !folder.isBlank())
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static Process launch(ProcessSpec spec) throws IOException {
        Folders.madeFor(spec.log());
        var builder = new ProcessBuilder(commandLine(spec))
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
        builder.environment().putAll(spec.environment());
        return builder.start();
    }

    private static List<String> commandLine(ProcessSpec spec) {
        var line = new ArrayList<String>();
        if (canTieToParent()) {
            line.add("setsid");
            line.addAll(spec.wrapper());
            line.addAll(List.of("setpriv", "--pdeathsig", deathSignal(spec), "--"));
        } else {
            line.addAll(spec.wrapper());
        }
        line.addAll(spec.command());
        return line;
    }

    // What ends in good order on INT by itself (PostgreSQL) gets that; all others must not be able to refuse.
    private static String deathSignal(ProcessSpec spec) {
        return switch (spec.stopSignal()) {
            case INT -> "INT";
            case TERM -> "KILL";
        };
    }
}

package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.Pause;
import dev.millrace.local.up.Progress;
import dev.millrace.local.up.State;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An {@code up} in the background, with its lines shown until it is ready. */
final class Detached {
    private final Folders folders;
    private final Progress progress;
    private final Path log;
    private long shown;

    Detached(Folders folders, Progress progress) {
        this.folders = folders;
        this.progress = progress;
        this.log = folders.log("up");
    }

    /** 0 once it is ready, 1 when it ended before. */
    int up(String useCase, boolean noTraffic) {
        var arguments = new ArrayList<>(List.of("up", UpCommand.IN_BACKGROUND, "--use-case", useCase));
        if (noTraffic) {
            arguments.add("--no-traffic");
        }
        Process supervisor = start(arguments);
        var cancel = new Thread(() -> cancel(supervisor), "millrace-cancel");
        Runtime.getRuntime().addShutdownHook(cancel);
        while (supervisor.isAlive()) {
            boolean ready = State.running(folders)
                    .filter(state -> state.supervisor() == supervisor.pid())
                    .filter(state -> state.phase() == State.Phase.READY)
                    .isPresent();
            follow();
            if (ready) {
                Runtime.getRuntime().removeShutdownHook(cancel);
                return 0;
            }
            Pause.millis(200);
        }
        follow();
        return 1;
    }

    private Process start(List<String> arguments) {
        var command = new ArrayList<>(List.of("setsid"));
        command.addAll(new JavaCommand(
                        System.getProperty("java.class.path"),
                        Millrace.class.getName(),
                        List.of(
                                "-Xmx96m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dmillrace.root=" + folders.root()),
                        arguments)
                .line());
        try {
            // It may say why the run before this one ended.
            if (Files.exists(log)) {
                Files.move(log, folders.log("up.previous"), StandardCopyOption.REPLACE_EXISTING);
            }
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new LocalStackException("Cannot start the background process: " + e.getMessage(), e);
        }
    }

    private void follow() {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(shown);
            byte[] fresh = new byte[(int) (file.length() - shown)];
            file.readFully(fresh);
            int whole = lastLineEnd(fresh);
            if (whole > 0) {
                shown += whole;
                new String(fresh, 0, whole, StandardCharsets.UTF_8).lines().forEach(progress::say);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + log, e);
        }
    }

    private static int lastLineEnd(byte[] text) {
        int end = text.length;
        while (end > 0 && text[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    private static void cancel(Process supervisor) {
        supervisor.destroy();
        try {
            if (!supervisor.waitFor(1, TimeUnit.MINUTES)) {
                supervisor.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.millrace.local.server;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.Exclusive;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Something that is put into the tools folder once: whole, or not at all. */
final class Tool {
    private static final String COMPLETE = ".complete";

    private Tool() {}

    /** Fills a fresh {@code folder}. */
    interface Filler {
        void fill(Path folder, Path log);
    }

    /** The folder {@code tools/name}, filled by {@code filler} unless that has been done. */
    static Path installed(Folders folders, String name, Filler filler) {
        Path folder = folders.tools().resolve(name);
        Path complete = folder.resolve(COMPLETE);
        if (!Files.exists(complete)) {
            Exclusive.run(folders.tools().resolve(name + ".lock"), () -> {
                if (!Files.exists(complete)) {
                    Folders.delete(folder);
                    Folders.made(folder);
                    filler.fill(folder, folders.log("install-" + name));
                    mark(complete);
                }
            });
        }
        return folder;
    }

    /** Runs a command to its end; fails with the end of its log. */
    static void run(String what, List<String> command, Path log) {
        RunningProcess process = Spawner.start(ProcessSpec.of(what, command, Map.of(), log));
        int code = process.await();
        if (code != 0) {
            throw new LocalStackException("Cannot %s: exit code %d.%n%s".formatted(what, code, process.logTail()));
        }
    }

    static boolean onArm() {
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return processor.contains("aarch64") || processor.contains("arm64");
    }

    private static void mark(Path complete) {
        try {
            Files.writeString(complete, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Ports;
import dev.millrace.local.up.State;
import java.io.IOException;

/** Runs one of the platform's own programs against what is up, in this terminal. */
final class PassThrough {
    private PassThrough() {}

    /** Of a run that did its work and changed nothing: a gate keeps the champion. */
    private static final int KEPT = 3;

    /** Runs a program that starts faster the next time: makes its cache once it has done its work. */
    static int run(Platform.Job job) {
        int code = run(job.process());
        if (code == 0 || code == KEPT) {
            job.cache().make();
        }
        return code;
    }

    /** What a program needs that only says how it is used: nothing has to be up. */
    static Platform anyPlatform() {
        return Platform.of(Folders.standard(), Ports.from(System.getenv()), "");
    }

    /** The one that is up. */
    static Platform platform() {
        var folders = Folders.standard();
        State state = State.running(folders)
                .orElseThrow(
                        () -> new LocalStackException("Millrace is not running: ./millrace up --detach starts it"));
        return Platform.of(folders, state.ports(Ports.from(System.getenv())), state.useCase());
    }

    /** Its exit code. Ctrl-C reaches it as it reaches us. */
    static int run(ProcessSpec spec) {
        var builder = new ProcessBuilder(spec.command()).inheritIO();
        builder.environment().putAll(spec.environment());
        try {
            Process process = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "millrace-pass-through"));
            return process.waitFor();
        } catch (IOException e) {
            throw new LocalStackException("Cannot start " + spec.name() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while " + spec.name() + " ran", e);
        }
    }
}

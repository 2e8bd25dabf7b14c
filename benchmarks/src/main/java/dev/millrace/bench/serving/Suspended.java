package dev.millrace.bench.serving;

import dev.millrace.bench.FreshPlatform;
import dev.millrace.local.up.State;
import java.io.IOException;

/** A process that stands still until this is closed: it takes nothing of the processor then, as if it ran elsewhere. */
final class Suspended implements AutoCloseable {
    private final long pid;

    private Suspended(long pid) {
        this.pid = pid;
    }

    /** @param name of one of the platform's processes */
    static Suspended of(FreshPlatform platform, String name) throws IOException, InterruptedException {
        long pid = platform.processes().stream()
                .filter(process -> process.name().equals(name))
                .map(State.Entry::pid)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Expected a process " + name + ", found none"));
        signal("-STOP", pid);
        return new Suspended(pid);
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", signal, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("kill " + signal + " " + pid + " ended with " + code);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        signal("-CONT", pid);
    }
}

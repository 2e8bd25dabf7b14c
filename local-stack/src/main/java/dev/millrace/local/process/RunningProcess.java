package dev.millrace.local.process;

import dev.millrace.local.home.LocalStackException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A process that was started, with those it started itself. */
public final class RunningProcess {
    private final ProcessSpec spec;
    private final Process process;
    private final long logged;

    /** @param logged how many bytes its log had before it was started */
    RunningProcess(ProcessSpec spec, Process process, long logged) {
        this.spec = spec;
        this.process = process;
        this.logged = logged;
    }

    public ProcessSpec spec() {
        return spec;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Its exit code once it has ended. */
    public OptionalInt exitCode() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    /** The end of what it has logged, for messages. */
    public String logTail() {
        return LogTail.of(spec.log(), logged);
    }

    /** At most {@code count} lines from the end of what it has logged. */
    public List<String> lastLines(int count) {
        return LogTail.lines(spec.log(), count, logged);
    }

    /** Waits until {@code condition} holds. Fails with the end of the log when the process ends first or takes longer. */
    public void awaitReady(Condition condition, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            if (!process.isAlive()) {
                throw new LocalStackException("%s ended with exit code %d before it was ready.%n%s"
                        .formatted(spec.name(), process.exitValue(), logTail()));
            }
            if (System.nanoTime() > end) {
                throw new LocalStackException(
                        "%s was not ready after %d s.%n%s".formatted(spec.name(), patience.toSeconds(), logTail()));
            }
            Pause.millis(40);
        }
    }

    /** Waits until it ends by itself; its exit code. */
    public int await() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while waiting for " + spec.name(), e);
        }
    }

    /** Ends it in good order, and by force when that takes longer than its grace. */
    public void stop() {
        if (process.isAlive()) {
            signal(spec.stopSignal().name(), List.of(process.toHandle()));
            if (!ended(spec.grace())) {
                kill();
            }
        }
    }

    /** Ends it at once, as a crash would. */
    public void kill() {
        List<ProcessHandle> all = tree();
        all.forEach(ProcessHandle::destroyForcibly);
        if (!ended(Duration.ofSeconds(10))) {
            throw new LocalStackException(
                    "%s (pid %d) is still there 10 s after kill -9: look at it with ps".formatted(spec.name(), pid()));
        }
    }

    /**
     * Ends what it started and left behind when it died: that may still hold its port and its files. Does nothing where processes
     * have no group of their own.
     */
    public void endLeftBehind() {
        if (!process.isAlive() && Spawner.canTieToParent()) {
            send("KILL", "-" + pid());
        }
    }

    /** Freezes it: it keeps its connections and answers nothing. */
    public void pause() {
        signal("STOP", tree());
    }

    /** Lets it go on after {@link #pause()}. */
    public void resume() {
        signal("CONT", tree());
    }

    private List<ProcessHandle> tree() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
    }

    private boolean ended(Duration within) {
        try {
            return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void signal(String name, List<ProcessHandle> targets) {
        send(name, targets.stream().map(target -> Long.toString(target.pid())).collect(Collectors.joining(" ")));
    }

    private void send(String name, String targets) {
        try {
            new ProcessBuilder("sh", "-c", "kill -s %s -- %s 2>/dev/null".formatted(name, targets))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new LocalStackException("Cannot send " + name + " to " + spec.name(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

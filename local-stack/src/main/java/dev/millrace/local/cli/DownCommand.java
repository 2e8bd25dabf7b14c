package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.process.Pause;
import dev.millrace.local.up.LastEnd;
import dev.millrace.local.up.State;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stops what {@code up} started. */
@Command(name = "down", description = "Stops everything that up started.", mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    @Option(
            names = "--purge",
            description =
                    "Also delete all data and logs. What was downloaded stays, and what lets commands start faster.")
    private boolean purge;

    @Override
    public Integer call() {
        var folders = Folders.standard();
        Optional<State> state = State.running(folders);
        if (state.isPresent()) {
            stop(state.get());
        } else {
            System.out.println("Millrace is not running.");
        }
        State.clear(folders);
        LastEnd.forget(folders);
        if (purge) {
            Folders.delete(folders.home().resolve("data"));
            Folders.delete(folders.home().resolve("logs"));
            Folders.delete(folders.home().resolve("run"));
            System.out.println("Deleted data and logs in " + folders.home());
        }
        return 0;
    }

    private static void stop(State state) {
        Optional<ProcessHandle> supervisor = ProcessHandle.of(state.supervisor());
        supervisor.ifPresent(ProcessHandle::destroy);
        System.out.println("Stopping %d processes …".formatted(state.processes().size()));
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (supervisor.filter(ProcessHandle::isAlive).isPresent()) {
            if (System.nanoTime() > end) {
                System.out.println("Not stopped after 2 minutes: killing it.");
                supervisor.ifPresent(ProcessHandle::destroyForcibly);
            }
            Pause.millis(100);
        }
        System.out.println("Millrace is down.");
    }
}

package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.process.Network;
import dev.millrace.local.up.Memory;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.State;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The processes that run, with health and memory. */
@Command(
        name = "status",
        description = "Shows what runs: process, port, health, resident memory. Exit code 3 when nothing runs.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private static final int NOT_RUNNING = 3;
    private static final String ROW = "%-20s %8s %6s  %-10s %8s%n";
    private static final Set<String> SERVICES = Set.of(Platform.INGESTION, Platform.STREAM, Platform.PREDICTION);

    @Override
    public Integer call() {
        Optional<State> state = State.running(Folders.standard());
        if (state.isEmpty()) {
            System.out.println("Millrace is not running: ./millrace up starts it.");
            return NOT_RUNNING;
        }
        print(state.get(), System.out);
        return 0;
    }

    static void print(State state, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "Use case %s, %s%n",
                state.useCase(),
                state.phase().name().toLowerCase(Locale.ROOT));
        out.printf(Locale.ROOT, ROW, "NAME", "PID", "PORT", "HEALTH", "MIB");
        long total = row(new State.Entry("supervisor", state.supervisor(), 0), memoryOfSupervisor(state), out);
        for (State.Entry entry : state.processes()) {
            total += row(entry, Memory.bytes(entry.pid()), out);
        }
        out.printf(Locale.ROOT, ROW, "total", "", "", "", mib(total));
    }

    // The others are its children and counted in rows of their own.
    private static long memoryOfSupervisor(State state) {
        return Memory.bytes(state.supervisor())
                - state.processes().stream()
                        .mapToLong(entry -> Memory.bytes(entry.pid()))
                        .sum();
    }

    private static long row(State.Entry entry, long bytes, PrintStream out) {
        String port = entry.port() == 0 ? "" : Integer.toString(entry.port());
        out.printf(Locale.ROOT, ROW, entry.name(), entry.pid(), port, health(entry), mib(bytes));
        return bytes;
    }

    private static String health(State.Entry entry) {
        if (ProcessHandle.of(entry.pid()).filter(ProcessHandle::isAlive).isEmpty()) {
            return "dead";
        }
        if (SERVICES.contains(entry.name())) {
            int status = Network.status("http://127.0.0.1:" + entry.port() + "/health");
            return status == 200 ? "ok" : status == 0 ? "no answer" : "status " + status;
        }
        return entry.port() == 0 || !Network.isFree(entry.port()) ? "ok" : "no answer";
    }

    private static String mib(long bytes) {
        return Long.toString(bytes >> 20);
    }
}

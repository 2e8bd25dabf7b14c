package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.process.Network;
import dev.millrace.local.up.LastEnd;
import dev.millrace.local.up.Memory;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.State;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The processes that run, with health and memory. */
@Command(
        name = "status",
        description = "Shows what runs: process, port, health, resident memory."
                + " Exit code 3 when nothing runs, 1 when something that should run does not.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private static final int NOT_WELL = 1;
    private static final int NOT_RUNNING = 3;
    private static final String OK = "ok";
    private static final String DEAD = "dead";
    private static final String ROW = "%-20s %8s %6s  %-10s %8s%n";
    private static final Set<String> SERVICES = Set.of(Platform.INGESTION, Platform.STREAM, Platform.PREDICTION);

    private record Row(State.Entry entry, String health) {
        // On the way up they need not answer yet.
        boolean isTrouble(State.Phase phase) {
            return switch (phase) {
                case STARTING -> health.equals(DEAD);
                case READY -> !health.equals(OK);
            };
        }
    }

    @Override
    public Integer call() {
        var folders = Folders.standard();
        Optional<State> state = State.running(folders);
        if (state.isEmpty()) {
            System.out.println("Millrace is not running: ./millrace up starts it.");
            LastEnd.read(folders).ifPresent(System.out::println);
            return NOT_RUNNING;
        }
        return print(state.get(), System.out);
    }

    private static int print(State state, PrintStream out) {
        List<Row> rows = state.processes().stream()
                .map(entry -> new Row(entry, health(entry)))
                .toList();
        List<String> troubles = rows.stream()
                .filter(row -> row.isTrouble(state.phase()))
                .map(row -> row.entry().name() + " (" + row.health() + ")")
                .toList();
        String phase = state.phase().name().toLowerCase(Locale.ROOT);
        out.printf(
                Locale.ROOT,
                "Use case %s, %s%n",
                state.useCase(),
                troubles.isEmpty() ? phase : "not well: " + String.join(", ", troubles));
        out.printf(Locale.ROOT, ROW, "NAME", "PID", "PORT", "HEALTH", "MIB");
        var supervisor = new Row(new State.Entry("supervisor", state.supervisor(), 0), OK);
        long total = print(supervisor, memoryOfSupervisor(state), out);
        for (Row row : rows) {
            total += print(row, Memory.bytes(row.entry().pid()), out);
        }
        out.printf(Locale.ROOT, ROW, "total", "", "", "", mib(total));
        return troubles.isEmpty() ? 0 : NOT_WELL;
    }

    // The others are its children and counted in rows of their own.
    private static long memoryOfSupervisor(State state) {
        return Memory.bytes(state.supervisor())
                - state.processes().stream()
                        .mapToLong(entry -> Memory.bytes(entry.pid()))
                        .sum();
    }

    private static long print(Row row, long bytes, PrintStream out) {
        State.Entry entry = row.entry();
        String port = entry.port() == 0 ? "" : Integer.toString(entry.port());
        out.printf(Locale.ROOT, ROW, entry.name(), entry.pid(), port, row.health(), mib(bytes));
        return bytes;
    }

    private static String health(State.Entry entry) {
        if (ProcessHandle.of(entry.pid()).filter(ProcessHandle::isAlive).isEmpty()) {
            return DEAD;
        }
        if (SERVICES.contains(entry.name())) {
            int status = Network.status("http://127.0.0.1:" + entry.port() + "/health");
            return status == 200 ? OK : status == 0 ? "no answer" : "status " + status;
        }
        return entry.port() == 0 || !Network.isFree(entry.port()) ? OK : "no answer";
    }

    private static String mib(long bytes) {
        return Long.toString(bytes >> 20);
    }
}

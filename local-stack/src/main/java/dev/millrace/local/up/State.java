package dev.millrace.local.up;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.home.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** What runs, as the supervisor writes it down for the other commands. */
public record State(long supervisor, long supervisorStarted, String useCase, Phase phase, List<Entry> processes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How far it has come. */
    public enum Phase {
        STARTING,
        READY
    }

    /** A process that stays; {@code port} is 0 when it has none. */
    public record Entry(String name, long pid, int port) {}

    public State {
        processes = List.copyOf(processes);
    }

    /** A state of this very process. */
    public static State of(String useCase, Phase phase, List<Entry> processes) {
        return new State(ProcessHandle.current().pid(), started(ProcessHandle.current()), useCase, phase, processes);
    }

    /** The state of the supervisor that is alive now. */
    public static Optional<State> running(Folders folders) {
        return written(folders).filter(State::isAlive);
    }

    /** What was written last and not cleared, whoever wrote it. */
    static Optional<State> written(Folders folders) {
        Path file = file(folders);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), State.class));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file + ": delete it when nothing runs", e);
        }
    }

    /** The ports that it listens on: those it was started with count, not what the environment says now. */
    public Ports ports(Ports otherwise) {
        var ports = new HashMap<>(otherwise.byName());
        processes.stream()
                .filter(entry -> entry.port() > 0)
                .forEach(entry -> ports.replace(entry.name(), entry.port()));
        return new Ports(ports);
    }

    public void write(Folders folders) {
        Path file = file(folders);
        Path fresh = file.resolveSibling("state.json.new");
        try {
            JSON.writeValue(fresh.toFile(), this);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    public static void clear(Folders folders) {
        try {
            Files.deleteIfExists(file(folders));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // A pid is given again some day; a pid with its time of birth is not.
    private boolean isAlive() {
        return ProcessHandle.of(supervisor)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> started(handle) == supervisorStarted)
                .isPresent();
    }

    private static long started(ProcessHandle handle) {
        return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private static Path file(Folders folders) {
        return folders.run().resolve("state.json");
    }
}

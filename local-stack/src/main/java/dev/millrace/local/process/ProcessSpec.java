package dev.millrace.local.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A process to be.
 *
 * @param name in messages and in the process table
 * @param wrapper what runs before the command and becomes it (such as {@code unshare -U}); often empty
 * @param environment added to this process's own
 * @param log where its output goes, appended
 * @param stopSignal what asks it to end in good order
 * @param grace how long it may take to do so before it is killed
 */
public record ProcessSpec(
        String name,
        List<String> wrapper,
        List<String> command,
        Map<String, String> environment,
        Path log,
        StopSignal stopSignal,
        Duration grace) {

    /** Signals that end a process in good order. */
    public enum StopSignal {
        INT,
        TERM
    }

    public ProcessSpec {
        wrapper = List.copyOf(wrapper);
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("command of " + name + " is empty: expected at least a program");
        }
    }

    /** A process that ends on TERM within ten seconds. */
    public static ProcessSpec of(String name, List<String> command, Map<String, String> environment, Path log) {
        return new ProcessSpec(name, List.of(), command, environment, log, StopSignal.TERM, Duration.ofSeconds(10));
    }

    public ProcessSpec stoppedBy(StopSignal signal, Duration within) {
        return new ProcessSpec(name, wrapper, command, environment, log, signal, within);
    }

    public ProcessSpec wrappedBy(List<String> prefix) {
        return new ProcessSpec(name, prefix, command, environment, log, stopSignal, grace);
    }
}

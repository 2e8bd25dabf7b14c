package dev.millrace.local.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Resident memory of processes, each shared page counted in parts (PostgreSQL's processes share most of theirs). */
public final class Memory {
    private Memory() {}

    /** Of this process and those below it; 0 when it is gone. */
    public static long bytes(long pid) {
        return ProcessHandle.of(pid)
                .map(handle -> Stream.concat(Stream.of(handle), handle.descendants())
                        .mapToLong(one -> ofOne(one.pid()))
                        .sum())
                .orElse(0L);
    }

    private static long ofOne(long pid) {
        return lines(Path.of("/proc/" + pid + "/smaps_rollup")).stream()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .sum();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}

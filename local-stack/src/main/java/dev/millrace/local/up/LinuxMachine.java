package dev.millrace.local.up;

import dev.millrace.local.process.Network;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.server.PythonEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** This machine. */
public final class LinuxMachine implements Machine {
    private static final List<String> LIBRARY_FOLDERS = List.of(
            "/lib",
            "/lib64",
            "/usr/lib",
            "/usr/lib64",
            "/usr/local/lib",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/lib/x86_64-linux-gnu",
            "/lib/aarch64-linux-gnu");

    @Override
    public boolean isFree(int port) {
        return Network.isFree(port);
    }

    @Override
    public boolean hasLibrary(String name) {
        String path = System.getenv("LD_LIBRARY_PATH");
        return Stream.concat(LIBRARY_FOLDERS.stream(), path == null ? Stream.of() : Stream.of(path.split(":")))
                .anyMatch(folder -> Files.exists(Path.of(folder, name)));
    }

    @Override
    public Optional<String> python() {
        return PythonEnvironment.systemPython();
    }

    @Override
    public boolean hasProgram(String name) {
        return Spawner.onPath(name);
    }

    @Override
    public long memoryBytes() {
        return Math.min(total(), limit());
    }

    @Override
    public long freeBytes(Path folder) {
        try {
            Path at = folder.toAbsolutePath();
            while (!Files.exists(at) && at.getParent() != null) {
                at = at.getParent();
            }
            return Files.getFileStore(at).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot tell how much space is left for " + folder, e);
        }
    }

    @Override
    public int javaFeature() {
        return Runtime.version().feature();
    }

    private static long total() {
        return lines("/proc/meminfo").stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    private static long limit() {
        return lines("/sys/fs/cgroup/memory.max").stream()
                .filter(line -> line.matches("\\d+"))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}

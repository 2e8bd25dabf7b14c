package dev.millrace.local.up;

import dev.millrace.local.up.Finding.Good;
import dev.millrace.local.up.Finding.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What must be so before anything is started; takes well under a second and finds everything at once. */
public final class Preflight {
    private static final long GIB = 1L << 30;
    private static final long MEMORY = 6 * GIB;
    private static final long DISK = 4 * GIB;
    private static final int OLDEST_JAVA = 21;

    private final Machine machine;
    private final Path home;

    public Preflight(Machine machine, Path home) {
        this.machine = machine;
        this.home = home;
    }

    /** Everything that is checked, the ports included. */
    public List<Finding> all(Ports ports) {
        var findings = new ArrayList<>(software());
        ports.byName().forEach((name, port) -> findings.add(port(name, port)));
        return findings;
    }

    /** What does not change when the platform is running. */
    public List<Finding> software() {
        return List.of(java(), python(), openMp(), programs(), memory(), disk());
    }

    private Finding port(String name, int port) {
        return machine.isFree(port)
                ? new Good("port %d is free for %s".formatted(port, name))
                : new Problem(
                        "port %d, where %s is to listen, is in use".formatted(port, name),
                        "stop what listens there (ss -ltnp 'sport = :%d' names it), or move %s: %s=%d ./millrace up"
                                .formatted(
                                        port,
                                        name,
                                        Ports.variable(name),
                                        port + 10_000 > 65_535 ? 20_000 : port + 10_000));
    }

    private Finding java() {
        int feature = machine.javaFeature();
        return feature >= OLDEST_JAVA
                ? new Good("JDK " + feature)
                : new Problem(
                        "the JDK is " + feature + ": expected 21 or newer", "apt-get install openjdk-21-jdk-headless");
    }

    private Finding python() {
        return machine.python()
                .<Finding>map(name -> new Good("Python: " + name))
                .orElseGet(() -> new Problem(
                        "no python3 of at least 3.10 with the module venv is on PATH (the model registry needs it)",
                        "apt-get install python3 python3-venv"));
    }

    private Finding openMp() {
        return machine.hasLibrary("libgomp.so.1")
                ? new Good("libgomp")
                : new Problem("the library libgomp.so.1 is missing (training needs it)", "apt-get install libgomp1");
    }

    private Finding programs() {
        List<String> missing = List.of("setpriv", "setsid", "unshare").stream()
                .filter(program -> !machine.hasProgram(program))
                .toList();
        return missing.isEmpty()
                ? new Good("util-linux")
                : new Problem(
                        "not found on PATH: " + String.join(", ", missing) + " (they tie processes to their parent)",
                        "apt-get install util-linux");
    }

    private Finding memory() {
        long bytes = machine.memoryBytes();
        return bytes >= MEMORY
                ? new Good("memory: " + gib(bytes))
                : new Problem(
                        "memory is %s: expected at least %s".formatted(gib(bytes), gib(MEMORY)),
                        "give this machine or container more memory; the platform itself takes up to 5 GiB");
    }

    private Finding disk() {
        long bytes = machine.freeBytes(home);
        return bytes >= DISK
                ? new Good("free disk: " + gib(bytes))
                : new Problem(
                        "%s has %s free: expected at least %s".formatted(home, gib(bytes), gib(DISK)),
                        "make room, or set MILLRACE_HOME to a folder on another disk");
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
    }
}

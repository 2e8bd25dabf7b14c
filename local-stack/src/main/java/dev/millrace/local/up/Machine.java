package dev.millrace.local.up;

import java.nio.file.Path;
import java.util.Optional;

/** What the preflight asks of the machine. */
public interface Machine {
    boolean isFree(int port);

    /** Whether the loader would find this shared library. */
    boolean hasLibrary(String name);

    /** A Python of at least 3.10 that can make environments. */
    Optional<String> python();

    boolean hasProgram(String name);

    /** Memory that this process and its children may use at most. */
    long memoryBytes();

    long freeBytes(Path folder);

    int javaFeature();
}

package dev.millrace.local.up;

import dev.millrace.local.process.Condition;
import dev.millrace.local.process.ProcessSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/** One thing to do while coming up. */
public sealed interface Work {

    String name();

    /** A process that stays; the work is done when it is ready. The supplier may prepare what the process needs. */
    record Start(String name, int port, Supplier<ProcessSpec> process, Condition ready, Duration patience)
            implements Work {}

    /** A process that runs to its end, unless its marker says that it did so before. */
    record Once(String name, Path marker, Supplier<ProcessSpec> process) implements Work {}

    /** Waits for something that others bring about. */
    record Until(String name, Condition condition, Duration patience) implements Work {}
}

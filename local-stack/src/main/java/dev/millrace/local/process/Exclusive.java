package dev.millrace.local.process;

import dev.millrace.local.home.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Something that only one process of this machine, and one thread of it, may do at a time. */
public final class Exclusive {
    private Exclusive() {}

    public static synchronized void run(Path lockFile, Runnable task) {
        Folders.madeFor(lockFile);
        try (var channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            if (!lock.isValid()) {
                throw new IllegalStateException("lock on " + lockFile + " was lost as soon as it was taken");
            }
            task.run();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot lock " + lockFile, e);
        }
    }
}

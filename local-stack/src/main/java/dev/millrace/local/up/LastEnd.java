package dev.millrace.local.up;

import dev.millrace.local.home.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Why the platform ended by itself the last time, kept for who asks later: nobody may have been looking. */
public final class LastEnd {
    private LastEnd() {}

    public static void write(Folders folders, Instant when, String why) {
        try {
            Files.writeString(
                    file(folders),
                    "It ended by itself at %s: %s%n".formatted(when.truncatedTo(ChronoUnit.SECONDS), why));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file(folders), e);
        }
    }

    /** Nothing when it was stopped, or never ran. */
    public static Optional<String> read(Folders folders) {
        try {
            if (Files.exists(file(folders))) {
                return Optional.of(Files.readString(file(folders)).strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file(folders), e);
        }
        return State.written(folders)
                .map(state ->
                        ("Its supervisor (pid %d) was killed, or the machine was: what it had started ended with it."
                                        + " Its log, if it ran with --detach: %s")
                                .formatted(state.supervisor(), folders.log("up")));
    }

    public static void forget(Folders folders) {
        try {
            Files.deleteIfExists(file(folders));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + file(folders), e);
        }
    }

    private static Path file(Folders folders) {
        return folders.run().resolve("last-end.txt");
    }
}

package dev.millrace.local.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The end of a log file, for messages. */
public final class LogTail {
    private static final int LINES = 15;
    private static final int BYTES = 16 * 1024;

    private LogTail() {}

    /** The last lines, indented, under a line that says which file it is. */
    public static String of(Path log) {
        return of(log, 0);
    }

    /** The same of what was written after the first {@code from} bytes: an earlier run's lines would tell of something else. */
    static String of(Path log, long from) {
        List<String> lines = lines(log, LINES, from);
        return lines.isEmpty()
                ? "Its log is empty: " + log
                : "The end of its log " + log + ":"
                        + lines.stream().map(line -> "\n  | " + line).collect(Collectors.joining());
    }

    /** At most {@code count} lines from the end. */
    public static List<String> lines(Path log, int count) {
        return lines(log, count, 0);
    }

    static List<String> lines(Path log, int count, long from) {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            long length = file.length();
            // A log that has become shorter was begun anew.
            file.seek(Math.max(length - BYTES, from <= length ? from : 0));
            byte[] end = new byte[(int) (length - file.getFilePointer())];
            file.readFully(end);
            List<String> lines = new String(end, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.subList(Math.max(0, lines.size() - count), lines.size());
        } catch (IOException e) {
            return List.of("(cannot be read: " + e.getMessage() + ")");
        }
    }
}

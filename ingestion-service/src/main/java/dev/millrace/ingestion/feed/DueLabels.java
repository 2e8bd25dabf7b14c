package dev.millrace.ingestion.feed;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Labels of events that were sent, which have yet to fall due: kept in a file, one JSON text per line, so that who sends
 * live traffic next week tells what became of today's events. A label may be in it twice, or be sent twice: that is
 * harmless.
 */
final class DueLabels {
    private static final TypeReference<Map<String, Object>> BODY = new TypeReference<>() {};

    private final ObjectMapper json = JsonMapper.builder().build();
    private final Optional<Path> file;
    private final PriorityQueue<Dispatch> labels = new PriorityQueue<>(Comparator.comparing(Dispatch::arrival));

    /** @param folder nothing is kept without one */
    DueLabels(Optional<Path> folder, String useCase) {
        this.file = folder.map(path -> path.resolve("due-labels-" + useCase + ".jsonl"));
        try {
            if (file.isPresent()) {
                Files.createDirectories(folder.orElseThrow());
                if (Files.exists(file.get())) {
                    load(file.get());
                }
            }
        } catch (IOException e) {
            throw new FeedException("Cannot read the labels that are due later: " + e, e);
        }
    }

    private void load(Path path) throws IOException {
        Set<Object> seen = new HashSet<>();
        for (String line : Files.readAllLines(path)) {
            // The last line may have been cut by a crash.
            if (line.startsWith("{") && line.endsWith("}")) {
                Map<String, Object> body = json.readValue(line, BODY);
                if (seen.add(List.of(text(body, "event_id"), text(body, "timestamp")))) {
                    Instant time = Instant.parse(text(body, "timestamp"));
                    Duration lag = Duration.between(time, Instant.parse(text(body, "known_at")));
                    labels.add(new Dispatch(Dispatch.LABELS, text(body, "key"), time, lag, body));
                }
            }
        }
    }

    private static String text(Map<String, Object> body, String field) {
        return String.valueOf(body.get(field));
    }

    void add(Collection<Dispatch> more) {
        labels.addAll(more);
        if (file.isPresent() && !more.isEmpty()) {
            try {
                Files.write(
                        file.get(),
                        lines(more),
                        StandardCharsets.UTF_8,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new FeedException("Cannot keep the labels that are due later: " + e, e);
            }
        }
    }

    /** Takes those that are due, in order. */
    List<Dispatch> due(Instant now) {
        List<Dispatch> due = new ArrayList<>();
        while (!labels.isEmpty() && !labels.element().arrival().isAfter(now)) {
            due.add(labels.remove());
        }
        return due;
    }

    Optional<Instant> next() {
        return Optional.ofNullable(labels.peek()).map(Dispatch::arrival);
    }

    int size() {
        return labels.size();
    }

    /** Drops from the file what is not waited for any more. */
    void compact() {
        if (file.isEmpty()) {
            return;
        }
        Path fresh = file.get().resolveSibling(file.get().getFileName() + ".new");
        try {
            Files.write(fresh, lines(labels), StandardCharsets.UTF_8);
            Files.move(fresh, file.get(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new FeedException("Cannot keep the labels that are due later: " + e, e);
        }
    }

    private List<String> lines(Collection<Dispatch> some) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Dispatch label : some) {
            lines.add(json.writeValueAsString(label.body()));
        }
        return lines;
    }
}

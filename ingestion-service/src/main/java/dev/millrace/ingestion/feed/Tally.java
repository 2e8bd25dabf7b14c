package dev.millrace.ingestion.feed;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What became of what was sent. Thread-safe. */
final class Tally {
    private final Map<String, Long> accepted = new TreeMap<>();
    private final Map<String, Long> refused = new TreeMap<>();
    private String firstRefusal = "";

    synchronized void accept(String path, int count) {
        accepted.merge(path, (long) count, Long::sum);
    }

    /** @param reason the code of the first that was wrong */
    synchronized void refuse(String reason, int count, String message) {
        if (count > 0) {
            refused.merge(reason, (long) count, Long::sum);
            firstRefusal = firstRefusal.isEmpty() ? message : firstRefusal;
        }
    }

    synchronized long acceptedEvents() {
        return accepted.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(Dispatch.LABELS))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    synchronized long acceptedLabels() {
        return accepted.getOrDefault(Dispatch.LABELS, 0L);
    }

    synchronized long refused() {
        return refused.values().stream().mapToLong(Long::longValue).sum();
    }

    /** One line: how many were refused for which reason, and the first message. */
    synchronized String refusals() {
        return refused.entrySet().stream()
                        .map(entry -> "%,d %s".formatted(entry.getValue(), entry.getKey()))
                        .collect(Collectors.joining(", "))
                + "; the first: " + firstRefusal;
    }
}

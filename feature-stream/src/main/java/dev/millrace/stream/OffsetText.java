package dev.millrace.stream;

import dev.millrace.feature.online.Progress.Key;
import java.util.Map;
import java.util.stream.Collectors;

/** Partitions as text: {@code topic/partition}. */
final class OffsetText {
    private OffsetText() {}

    static Map<String, Long> of(Map<Key, Long> offsets) {
        return offsets.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> entry.getKey().topic() + "/" + entry.getKey().partition(), Map.Entry::getValue));
    }

    static Map<Key, Long> parse(Map<String, Long> offsets) {
        return offsets.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> {
                            int slash = entry.getKey().lastIndexOf('/');
                            return new Key(
                                    entry.getKey().substring(0, slash),
                                    Integer.parseInt(entry.getKey().substring(slash + 1)));
                        },
                        Map.Entry::getValue));
    }
}

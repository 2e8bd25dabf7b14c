package dev.millrace.stream.lane;

import dev.millrace.feature.online.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a task has read and not passed on yet, packed by key. Not thread-safe. */
final class Packs {
    /** Bytes of a pack from which on its key gets another: an array of a row should not be a large object to the collector. */
    private static final int GREATEST = 1 << 16;

    private final Map<String, Pack> open = new HashMap<>();
    private final List<Keyed> full = new ArrayList<>();
    private @Nullable TopicPartition partition;
    private long bytes;

    /** @param from the partition that the record lies in */
    void add(TopicPartition from, String key, long offset, byte[] payload) {
        if (!from.equals(partition)) {
            close();
            partition = from;
        }
        Pack pack = open.computeIfAbsent(key, made -> new Pack());
        int before = pack.length();
        pack.add(offset, payload);
        bytes += pack.length() - before;
        if (pack.length() >= GREATEST) {
            open.remove(key);
            full.add(keyed(key, from, pack));
        }
    }

    private void close() {
        TopicPartition before = partition;
        if (before != null) {
            open.forEach((key, pack) -> full.add(keyed(key, before, pack)));
            open.clear();
        }
    }

    private static Keyed keyed(String key, TopicPartition partition, Pack pack) {
        return new Keyed(key, partition.topic(), partition.partition(), pack.toBytes());
    }

    /** How much is held. */
    long bytes() {
        return bytes;
    }

    /** All that is held, which is then held no more. */
    List<Keyed> take() {
        close();
        List<Keyed> taken = List.copyOf(full);
        full.clear();
        bytes = 0;
        return taken;
    }
}

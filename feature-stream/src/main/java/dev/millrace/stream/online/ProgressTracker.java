package dev.millrace.stream.online;

import dev.millrace.feature.online.Progress;
import dev.millrace.feature.online.Progress.Key;
import dev.millrace.feature.online.Progress.Read;
import dev.millrace.feature.online.Progress.Replay;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How far each partition was read, and up to which time that is everything. Thread-safe. */
public final class ProgressTracker {
    private final Map<Key, Long> next = new HashMap<>();
    private final Map<Key, Long> asOf = new HashMap<>();
    private final Map<Key, Long> until;
    private final Map<String, String> views;
    private @Nullable Replay replay;

    /**
     * @param until what a query before this one has read: until this one has, it is behind what answers showed
     * @param views the version of each view that is kept
     */
    public ProgressTracker(Map<Key, Long> until, Map<String, String> views) {
        this.until = Map.copyOf(until);
        this.views = Map.copyOf(views);
    }

    /** Goes on where a committed batch ended. */
    public synchronized void resume(Map<Key, Long> offsets) {
        offsets.forEach((key, offset) -> next.merge(key, offset, Math::max));
    }

    /**
     * A record was read.
     *
     * @param arrival epoch milliseconds
     * @param stated whether it is replayed
     * @param wall epoch milliseconds
     */
    public synchronized void read(Key key, long offset, long arrival, boolean stated, long wall) {
        next.merge(key, offset + 1, Math::max);
        asOf.merge(key, arrival, Math::max);
        if (stated) {
            long clock = replay == null || !replay.isRunning(wall) ? arrival : Math.max(replay.clock(), arrival);
            replay = new Replay(clock, wall);
        }
    }

    /**
     * What is known at a moment at which the partitions ended here.
     *
     * @param ends the next offset of each partition, asked for after {@code wall} was taken
     * @param wall epoch milliseconds
     */
    public synchronized Progress at(Map<Key, Long> ends, long wall) {
        long clock = replay != null && replay.isRunning(wall) ? replay.clock() : wall;
        Map<Key, Read> partitions = new HashMap<>();
        ends.forEach((key, end) -> {
            long read = next.getOrDefault(key, 0L);
            if (read >= end) {
                asOf.merge(key, clock, Math::max);
            }
            partitions.put(key, new Read(read, asOf.getOrDefault(key, 0L)));
        });
        return new Progress(
                partitions,
                Optional.ofNullable(replay).filter(running -> running.isRunning(wall)),
                until.entrySet().stream().anyMatch(each -> next.getOrDefault(each.getKey(), 0L) < each.getValue()),
                views);
    }

    public synchronized Map<Key, Long> nextOffsets() {
        return Map.copyOf(next);
    }

    /** The time up to which every partition was read. */
    public static Instant through(Progress progress) {
        return Instant.ofEpochMilli(progress.partitions().values().stream()
                .mapToLong(Read::asOf)
                .min()
                .orElse(0));
    }
}

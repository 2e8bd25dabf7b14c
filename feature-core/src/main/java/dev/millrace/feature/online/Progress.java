package dev.millrace.feature.online;

import dev.millrace.feature.View;
import dev.millrace.feature.state.CorruptBlockException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far the exact lane has read, as it publishes it at least once a second. In Redis, one hash field a partition:
 * {@code e + topic name + ':' + partition} to offset and time; {@code v + view} to the view's version;
 * and {@code state}.
 *
 * @param partitions by topic and partition
 * @param replay the platform's clock while events are replayed
 * @param rebuilding whether records are still being written anew, after Redis lost some or definitions changed
 * @param views the version of each view that is kept; empty when the lane does not say
 */
public record Progress(
        Map<Key, Read> partitions, Optional<Replay> replay, boolean rebuilding, Map<String, String> views) {
    public Progress {
        partitions = Map.copyOf(partitions);
        views = Map.copyOf(views);
    }

    private static final byte[] COMPLETE = bytes("complete");

    /** Of a lane that does not say what views it keeps. */
    public Progress(Map<Key, Read> partitions, Optional<Replay> replay, boolean rebuilding) {
        this(partitions, replay, rebuilding, Map.of());
    }

    /** Whether the blocks of a view are kept as this definition of it wants them. */
    public boolean keeps(View view) {
        return views.isEmpty() || view.version().equals(views.get(view.name()));
    }

    public record Key(String topic, int partition) {}

    /**
     * @param offset the next one to read
     * @param asOf every event that had arrived by then was read: epoch milliseconds
     */
    public record Read(long offset, long asOf) {}

    /**
     * @param clock the greatest arrival time that a replay has stated, epoch milliseconds
     * @param seenAt wall time at which it was read, epoch milliseconds
     */
    public record Replay(long clock, long seenAt) {
        /** A replay is over when nothing came of it for so long. */
        public static final long OVER_AFTER_MILLIS = 10_000;

        public boolean isRunning(long wallMillis) {
            return wallMillis - seenAt < OVER_AFTER_MILLIS;
        }
    }

    /** The platform's clock: wall time or, during a replay, the replay's. */
    public long clock(long wallMillis) {
        return replay.filter(running -> running.isRunning(wallMillis))
                .map(Replay::clock)
                .orElse(wallMillis);
    }

    /** How many partitions of the topic are known. */
    public int partitionCount(String topic) {
        int count = 0;
        for (Key key : partitions.keySet()) {
            if (key.topic().equals(topic)) {
                count++;
            }
        }
        return count;
    }

    /** The time up to which one partition was read. */
    public OptionalLong asOf(String topic, int partition) {
        Read read = partitions.get(new Key(topic, partition));
        return read == null ? OptionalLong.empty() : OptionalLong.of(read.asOf());
    }

    /** The time up to which every partition of the topic was read. */
    public OptionalLong asOf(String topic) {
        long least = Long.MAX_VALUE;
        boolean known = false;
        for (Map.Entry<Key, Read> entry : partitions.entrySet()) {
            if (entry.getKey().topic().equals(topic)) {
                least = Math.min(least, entry.getValue().asOf());
                known = true;
            }
        }
        return known ? OptionalLong.of(least) : OptionalLong.empty();
    }

    public Map<byte[], byte[]> toFields() {
        Map<byte[], byte[]> fields = new HashMap<>();
        partitions.forEach((key, read) ->
                fields.put(bytes("e" + key.topic() + ":" + key.partition()), longs(read.offset(), read.asOf())));
        replay.ifPresent(clock -> fields.put(bytes("replay"), longs(clock.clock(), clock.seenAt())));
        views.forEach((view, version) -> fields.put(bytes("v" + view), bytes(version)));
        fields.put(bytes("state"), bytes(rebuilding ? "rebuilding" : "complete"));
        return fields;
    }

    /**
     * Empty fields, or ones without a state, are of a lane that has not published since Redis was emptied.
     *
     * @throws CorruptBlockException when they are none that {@link #toFields} gives
     */
    public static Progress fromFields(Iterable<Map.Entry<byte[], byte[]>> fields) {
        List<Map.Entry<Key, Read>> partitions = new ArrayList<>();
        Optional<Replay> replay = Optional.empty();
        boolean rebuilding = true;
        List<Map.Entry<String, String>> views = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> field : fields) {
            String name = new String(field.getKey(), StandardCharsets.UTF_8);
            if (name.equals("state")) {
                rebuilding = !Arrays.equals(field.getValue(), COMPLETE);
            } else if (name.equals("replay")) {
                ByteBuffer value = longs(name, field.getValue());
                replay = Optional.of(new Replay(value.getLong(), value.getLong()));
            } else if (name.startsWith("v")) {
                views.add(Map.entry(name.substring(1), new String(field.getValue(), StandardCharsets.UTF_8)));
            } else if (name.startsWith("e")) {
                ByteBuffer value = longs(name, field.getValue());
                partitions.add(Map.entry(key(name), new Read(value.getLong(), value.getLong())));
            }
        }
        try {
            return new Progress(immutable(partitions), replay, rebuilding, immutable(views));
        } catch (IllegalArgumentException e) {
            throw new CorruptBlockException("Expected each partition and view of the progress once: " + e.getMessage());
        }
    }

    private static Key key(String field) {
        try {
            int colon = field.lastIndexOf(':');
            return new Key(field.substring(1, colon), Integer.parseInt(field, colon + 1, field.length(), 10));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new CorruptBlockException(
                    "Expected the field of a partition, e and its topic, ':' and its number, found '" + field + "'");
        }
    }

    /**
     * Made once, and not copied again: a reading has one of these for every answer.
     *
     * @throws IllegalArgumentException when two have the same key: texts of bytes that are no UTF-8, say
     */
    @SuppressWarnings("unchecked")
    private static <K, V> Map<K, V> immutable(List<Map.Entry<K, V>> entries) {
        return Map.ofEntries(entries.toArray(Map.Entry[]::new));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer longs(String field, byte[] value) {
        if (value.length != 2 * Long.BYTES) {
            throw new CorruptBlockException("Expected %d bytes in the field '%s' of the progress, found %d"
                    .formatted(2 * Long.BYTES, field, value.length));
        }
        return ByteBuffer.wrap(value);
    }

    private static byte[] longs(long first, long second) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(first)
                .putLong(second)
                .array();
    }
}

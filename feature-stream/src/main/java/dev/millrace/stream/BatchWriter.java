package dev.millrace.stream;

import dev.millrace.feature.online.Progress.Key;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Arrival;
import dev.millrace.stream.lane.ExactLane;
import dev.millrace.stream.lane.Produced;
import dev.millrace.stream.online.ProgressTracker;
import dev.millrace.stream.online.RedisState;
import dev.millrace.stream.online.RedisWriter;
import dev.millrace.stream.table.PostgresSink;
import dev.millrace.stream.table.RecordTables;
import dev.millrace.stream.watch.StreamMetrics;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What happens to each micro-batch, in this order: Redis, marker, dead letters, PostgreSQL, progress. Every step can be
 * repeated: a batch that fails anywhere runs again from the same offsets and state.
 */
final class BatchWriter implements VoidFunction2<Dataset<Row>, Long> {
    private static final long serialVersionUID = 1L;

    private final transient StreamConfig config;
    private final transient RedisState redis;
    private final transient PostgresSink postgres;
    private final transient DeadLetters deadLetters;
    private final transient DeadLetters unstorable;
    private final transient ProgressTracker progress;
    private final transient StreamMetrics metrics;
    private final transient Clock clock;
    private final transient ReentrantLock lock;
    private final transient Map<Key, Long> refusedBefore;
    private transient long lastBatch;
    private transient Instant through = Instant.EPOCH;

    /**
     * @param unstorable for letters that only PostgreSQL can tell of
     * @param refusedBefore offsets up to which a query before this one has sent its dead letters
     */
    BatchWriter(
            StreamConfig config,
            RedisState redis,
            PostgresSink postgres,
            DeadLetters deadLetters,
            DeadLetters unstorable,
            ProgressTracker progress,
            StreamMetrics metrics,
            Clock clock,
            long lastBatch,
            Map<Key, Long> refusedBefore) {
        this.config = config;
        this.redis = redis;
        this.postgres = postgres;
        this.deadLetters = deadLetters;
        this.unstorable = unstorable;
        this.progress = progress;
        this.metrics = metrics;
        this.clock = clock;
        this.lock = new ReentrantLock();
        this.lastBatch = lastBatch;
        this.refusedBefore = refusedBefore;
    }

    @Override
    public void call(Dataset<Row> batch, Long number) throws SQLException, InterruptedException {
        lock.lock();
        try {
            write(batch, number);
        } finally {
            lock.unlock();
        }
    }

    private void write(Dataset<Row> batch, long number) throws SQLException, InterruptedException {
        long started = clock.millis();
        // A batch that PostgreSQL has already may run again: Redis and state are then at the one before.
        long before = Math.min(lastBatch, number - 1);
        redis.ensure(before);
        List<Produced> rows = batch.mapPartitions(new RedisWriter(config), ExactLane.PRODUCED).collectAsList().stream()
                .map(Produced::of)
                .flatMap(produced -> produced.unpacked().stream())
                .toList();
        redis.advance(number, before);
        List<DeadLetters.Refused> refused =
                DeadLetters.of(rows).stream().filter(this::isNew).toList();
        if (number > lastBatch) {
            deadLetters.send(number, refused);
        }
        Map<Key, Long> offsets = new HashMap<>(progress.nextOffsets());
        rows.stream()
                .filter(row -> row.kind() == Produced.Kind.RECORD)
                .forEach(row -> offsets.merge(new Key(row.name(), row.partition()), row.offset() + 1, Math::max));
        postgres.write(number, rows, OffsetText.of(offsets), through, found -> refuse(number, found));
        lastBatch = Math.max(lastBatch, number);
        for (Produced row : rows) {
            if (row.kind() == Produced.Kind.RECORD) {
                Arrival arrival = Arrival.of(row.payload());
                progress.read(
                        new Key(row.name(), row.partition()),
                        row.offset(),
                        arrival.arrivalTime(),
                        arrival.stated(),
                        clock.millis());
                metrics.processed(arrival, clock.millis());
            }
        }
        refused.forEach(each -> metrics.refused(each.reason()));
        metrics.tooLate(rows.stream()
                .filter(row -> row.kind() == Produced.Kind.TOO_LATE)
                .count());
        metrics.batch(clock.millis() - started);
    }

    /** Whether no query before this one has sent a letter of it. */
    private boolean isNew(DeadLetters.Refused refused) {
        Key partition = new Key(refused.row().name(), refused.row().partition());
        return refused.row().offset() >= refusedBefore.getOrDefault(partition, 0L);
    }

    /** Their features count; the table of their type goes without them. */
    private void refuse(long number, List<RecordTables.Unstorable> found) {
        List<DeadLetters.Refused> letters = found.stream()
                .map(each -> new DeadLetters.Refused(
                        each.row(), each.arrival(), "unstorable", "PostgreSQL does not take it: " + each.message()))
                .filter(this::isNew)
                .toList();
        unstorable.send(number, letters);
        letters.forEach(each -> metrics.refused(each.reason()));
    }

    long lastBatch() {
        return lastBatch;
    }

    /** Windows that end before are over. */
    void through(Instant instant) {
        through = instant;
    }

    /** Rewrites what Redis has lost, unless a batch is running: that one will notice itself. */
    void repair() {
        if (lock.tryLock()) {
            try {
                redis.ensure(lastBatch);
            } finally {
                lock.unlock();
            }
        }
    }
}

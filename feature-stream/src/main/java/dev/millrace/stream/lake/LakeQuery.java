package dev.millrace.stream.lake;

import dev.millrace.lake.LakeTable;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.KafkaRecord;
import dev.millrace.stream.lane.StartingOffsets;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.fs.Path;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamReader;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.apache.spark.sql.streaming.Trigger;
import org.jspecify.annotations.Nullable;

/**
 * The query that fills one table. Exactly once: Iceberg keeps the number of a query's last batch in the snapshot that the
 * batch made, and takes no batch twice.
 */
final class LakeQuery {
    /** Rows of a task: a long one would keep the exact lane waiting for a core. */
    private static final int GREATEST_TASK = 10_000;

    private static final int GREATEST_BATCH = 300_000;

    /** Records, of a kilobyte perhaps. What a poll gives beyond its task's end stays in memory for a while. */
    private static final int GREATEST_POLL = 2_000;

    private final SparkSession spark;
    private final StreamConfig config;
    private final FilledTable filled;
    private final String checkpoint;
    private @Nullable StreamingQuery query;
    private long counted = -1;

    /** @param folder of the checkpoints of all tables */
    LakeQuery(SparkSession spark, StreamConfig config, FilledTable filled, String folder) {
        this.spark = spark;
        this.config = config;
        this.filled = filled;
        this.checkpoint = folder + "/" + filled.name();
    }

    String name() {
        return filled.name();
    }

    boolean isRunning() {
        return query != null && query.isActive();
    }

    void start() throws IOException, TimeoutException, InterruptedException {
        DataStreamReader records = KafkaRecord.reader(spark, config, List.of(filled.topic()))
                .option("kafka.max.poll.records", GREATEST_POLL)
                .option("maxRecordsPerPartition", GREATEST_TASK)
                .option("maxOffsetsPerTrigger", GREATEST_BATCH);
        if (isNew()) {
            // What the table has although its query's checkpoint is gone must not come in again.
            records.option(
                    "startingOffsets", StartingOffsets.of(config.kafka(), List.of(filled.topic()), filled.held()));
        }
        counted = -1;
        LakeTable<?> table = filled.table();
        query = table.stored(KafkaRecord.rows(records)
                        .mapPartitions(
                                new LakeRows(config, filled.name(), filled.topicId()),
                                Encoders.row(table.rows().columns().rows())))
                .writeStream()
                .queryName("lake " + filled.name())
                .outputMode(OutputMode.Append())
                .option("checkpointLocation", checkpoint)
                .trigger(Trigger.ProcessingTime(config.lakeTrigger().toMillis()))
                .toTable(table.name());
    }

    private boolean isNew() throws IOException {
        Path offsets = new Path(checkpoint, "offsets");
        return !offsets.getFileSystem(spark.sparkContext().hadoopConfiguration())
                .exists(offsets);
    }

    /** Why it ended, if it did. */
    Optional<String> failure() {
        return Optional.ofNullable(query)
                .filter(ended -> !ended.isActive() && ended.exception().isDefined())
                .map(ended -> cause(ended.exception().get()));
    }

    /** Spark's own message says only that the query has failed. */
    private static String cause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause.toString().lines().findFirst().orElse("unknown");
    }

    /** Records read since this was asked last. */
    long newlyRead() {
        StreamingQueryProgress progress = query == null ? null : query.lastProgress();
        if (progress == null || progress.batchId() == counted) {
            return 0;
        }
        counted = progress.batchId();
        return progress.numInputRows();
    }

    /** How many records of these ends are not in the table yet; empty when they say nothing of its topic. */
    Optional<Long> behind(Map<TopicPartition, Long> ends) {
        StreamingQueryProgress progress = query == null ? null : query.lastProgress();
        if (progress == null || progress.sources().length == 0 || progress.sources()[0].endOffset() == null) {
            return Optional.empty();
        }
        if (ends.keySet().stream().noneMatch(end -> end.topic().equals(filled.topic()))) {
            return Optional.empty();
        }
        Map<TopicPartition, Long> read = StartingOffsets.parse(progress.sources()[0].endOffset());
        return Optional.of(ends.entrySet().stream()
                .filter(end -> end.getKey().topic().equals(filled.topic()))
                .mapToLong(end -> Math.max(0, end.getValue() - read.getOrDefault(end.getKey(), 0L)))
                .sum());
    }

    void stop() throws TimeoutException {
        if (query != null) {
            query.stop();
        }
    }
}

package dev.millrace.stream;

import dev.millrace.feature.online.Progress.Key;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.event.PlatformRecords;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import dev.millrace.schema.event.SingleObject;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.lane.Arrival;
import dev.millrace.stream.lane.Produced;
import dev.millrace.stream.table.PredictionTable;
import dev.millrace.stream.table.Sql;
import dev.millrace.stream.watch.StreamMetrics;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the decision log into PostgreSQL, on a thread of its own. Offsets are committed after the rows are, and a row that is
 * there already is not written again, so each answer is there once. While PostgreSQL or Kafka is away it waits and tries
 * again. A partition that the topic gets later is read from the next start on.
 */
final class DecisionWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DecisionWriter.class);
    private static final String GROUP = "feature-stream-decisions";
    private static final Duration POLL = Duration.ofMillis(500);

    /** Answers are waited for until there are as many bytes, or {@link #POLL} is over: rows cost less together. */
    private static final int GATHERED = 1 << 18;

    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Some kilobytes each. */
    private static final int GREATEST_BATCH = 5_000;

    private final String kafka;
    private final String topicId;
    private final PredictionTable table;
    private final StreamMetrics metrics;
    private final Clock clock;
    private final Consumer<Map<TopicPartition, Long>> observer;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param topicId Kafka's id of the topic, as text
     * @param observer is told where each partition ends
     */
    DecisionWriter(
            String kafka,
            String topicId,
            DataSource database,
            StreamMetrics metrics,
            Clock clock,
            Consumer<Map<TopicPartition, Long>> observer) {
        this.kafka = kafka;
        this.topicId = topicId;
        this.table = new PredictionTable(database);
        this.metrics = metrics;
        this.clock = clock;
        this.observer = observer;
        this.thread = Thread.ofPlatform().name("decisions").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (stopped.getCount() > 0) {
                // No group is joined: after a kill nobody waits until the former reader's session is over.
                try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
                    List<TopicPartition> partitions = consumer.partitionsFor(Topics.PREDICTIONS, PATIENCE).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
                    consumer.assign(partitions);
                    while (stopped.getCount() > 0) {
                        take(consumer, partitions);
                    }
                } catch (InterruptException e) {
                    throw e;
                } catch (KafkaException | IllegalStateException e) {
                    failed("Kafka", e);
                }
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        GROUP,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        GREATEST_BATCH,
                        ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
                        GATHERED,
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        (int) POLL.toMillis(),
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) PATIENCE.toMillis()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private void take(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions)
            throws InterruptedException {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        List<PredictionTable.Row> rows = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            PredictionTable.Row row = read(record);
            if (row != null) {
                rows.add(row);
            }
        }
        if (!write(rows)) {
            return;
        }
        if (!records.isEmpty()) {
            consumer.commitSync(records.nextOffsets());
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        ends.forEach((partition, end) -> metrics.lag(
                new Key(partition.topic(), partition.partition()), Math.max(0, end - consumer.position(partition))));
        observer.accept(ends);
        metrics.decisions("");
    }

    /** Null when it is no prediction: then it is a dead letter. */
    private PredictionTable.@Nullable Row read(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value() == null ? new byte[0] : record.value();
        try {
            return new PredictionTable.Row(
                    PlatformRecords.prediction(value), topicId, record.partition(), record.offset());
        } catch (CorruptRecordException e) {
            refuse("", record.partition(), record.offset(), record.timestamp(), value, "unreadable " + e.getMessage());
            return null;
        }
    }

    /** Returns once the rows are there; false when this is to end before. */
    private boolean write(List<PredictionTable.Row> rows) throws InterruptedException {
        while (!rows.isEmpty()) {
            try {
                table.write(rows);
                metrics.decided(rows.size());
                return true;
            } catch (SQLException e) {
                if (Sql.isOfTheRows(e)) {
                    return writeParts(rows, e);
                }
                failed("PostgreSQL", e);
                if (stopped.getCount() == 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Halves them until the row that cannot be taken is alone: it becomes a dead letter. */
    private boolean writeParts(List<PredictionTable.Row> rows, SQLException refusal) throws InterruptedException {
        if (rows.size() > 1) {
            int half = rows.size() / 2;
            return write(rows.subList(0, half)) && write(rows.subList(half, rows.size()));
        }
        PredictionTable.Row row = rows.getFirst();
        refuse(
                "-unstorable",
                row.partition(),
                row.offset(),
                row.prediction().getAnsweredAt().toEpochMilli(),
                SingleObject.bytes(Prediction.getEncoder(), row.prediction()),
                "unstorable PostgreSQL does not take it: " + refusal.getMessage());
        return true;
    }

    /**
     * A letter's number is its record's offset, of which each partition counts its own: so it is sent once.
     *
     * @param stage of each kind, whose offsets come in their order
     */
    private void refuse(String stage, int partition, long offset, long time, byte[] value, String refusal) {
        Arrival arrival = new Arrival(time, false, 0, refusal, value);
        Produced row =
                new Produced(Produced.Kind.RECORD, Topics.PREDICTIONS, "", 0, partition, offset, arrival.toBytes());
        try (DeadLetters letters = new DeadLetters(kafka, "decisions-" + topicId + "-" + partition + stage, clock)) {
            letters.send(
                    offset,
                    List.of(new DeadLetters.Refused(row, arrival, arrival.refusalCode(), arrival.refusalMessage())));
        }
        metrics.refused(arrival.refusalCode());
    }

    private void failed(String what, Exception failure) throws InterruptedException {
        metrics.decisions(what + ": "
                + String.valueOf(failure.getMessage()).lines().findFirst().orElse("unknown"));
        LOG.warn(
                "Answers do not come into the table predictions; {} is tried again in {}: {}",
                what,
                RETRY,
                failure.toString());
        boolean ended = stopped.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        LOG.debug("Waited {}, stopped: {}", RETRY, ended);
    }

    /** Ends the running batch. */
    @Override
    public void close() throws InterruptedException {
        stopped.countDown();
        thread.join();
    }
}

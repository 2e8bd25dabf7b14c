package dev.millrace.stream;

import dev.millrace.schema.avro.DeadLetter;
import dev.millrace.schema.event.LetterLimits;
import dev.millrace.schema.event.SingleObject;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.lane.Arrival;
import dev.millrace.stream.lane.Produced;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends on what a batch could not take: records that cannot be read, and events that were too late for every view. Once
 * each: a batch's letters and its number, as an offset of a group of their own, are one transaction.
 */
final class DeadLetters implements AutoCloseable {
    private static final TopicPartition NUMBER = new TopicPartition(Topics.DEAD_LETTERS, 0);

    private final String kafka;
    private final String group;
    private final Clock clock;
    private @Nullable Transactions transactions;

    /** @param checkpointId of the query whose batches are numbered */
    DeadLetters(String kafka, String checkpointId, Clock clock) {
        this.kafka = kafka;
        this.group = "feature-stream-" + checkpointId;
        this.clock = clock;
    }

    /** @param lastBatch the last whose letters are there */
    private record Transactions(KafkaProducer<byte[], byte[]> producer, long lastBatch) {}

    private record Place(long topicId, int partition, long offset) {}

    /** A record that is not taken, and its stable reason. */
    record Refused(Produced row, Arrival arrival, String reason, String message) {}

    static List<Refused> of(List<Produced> rows) {
        Map<Place, Integer> tooLate = new HashMap<>();
        for (Produced row : rows) {
            if (row.kind() == Produced.Kind.TOO_LATE) {
                tooLate.merge(new Place(row.topicId(), row.partition(), row.offset()), 1, Integer::sum);
            }
        }
        List<Refused> refused = new ArrayList<>();
        for (Produced row : rows) {
            if (row.kind() == Produced.Kind.RECORD) {
                Arrival arrival = Arrival.of(row.payload());
                int late = tooLate.getOrDefault(new Place(row.topicId(), row.partition(), row.offset()), 0);
                if (!arrival.refusal().isEmpty()) {
                    refused.add(new Refused(row, arrival, arrival.refusalCode(), arrival.refusalMessage()));
                } else if (late > 0 && late >= arrival.views()) {
                    refused.add(new Refused(
                            row,
                            arrival,
                            "too-late",
                            "Older than every view still tells from its repetition; backfill it from the history"));
                }
            }
        }
        return refused;
    }

    /**
     * Returns once Kafka has them all, each once however often a batch is repeated.
     *
     * @throws IllegalStateException when Kafka does not take them: the batch has to run again
     */
    void send(long batch, List<Refused> refused) {
        if (refused.isEmpty()) {
            return;
        }
        try {
            Transactions open = transactions == null ? open() : transactions;
            transactions = open;
            if (batch > open.lastBatch()) {
                send(open.producer(), batch, refused);
                transactions = new Transactions(open.producer(), batch);
            }
        } catch (KafkaException e) {
            close();
            throw new IllegalStateException(
                    "Kafka did not take the dead letters of batch " + batch + ": " + e.getMessage(), e);
        }
    }

    /** Ends what a producer before this one has left open, and reads how far it came. */
    private Transactions open() {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        group,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        20_000,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "snappy"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            producer.initTransactions();
            OffsetAndMetadata last = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(NUMBER);
            return new Transactions(producer, last == null ? -1 : last.offset());
        } catch (ExecutionException e) {
            producer.close(Duration.ZERO);
            throw new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            producer.close(Duration.ZERO);
            throw new InterruptException(e);
        } catch (KafkaException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the commit fails when a send did
    private void send(KafkaProducer<byte[], byte[]> producer, long batch, List<Refused> refused) {
        producer.beginTransaction();
        refused.forEach(each -> producer.send(new ProducerRecord<>(Topics.DEAD_LETTERS, letter(each))));
        producer.sendOffsetsToTransaction(
                Map.of(NUMBER, new OffsetAndMetadata(batch)), new ConsumerGroupMetadata(group));
        producer.commitTransaction();
    }

    private byte[] letter(Refused refused) {
        byte[] value = refused.arrival().value();
        DeadLetter letter = new DeadLetter(
                "feature-stream",
                refused.reason(),
                LetterLimits.message(refused.message(), value.length),
                null,
                refused.row().name(),
                refused.row().partition(),
                refused.row().offset(),
                null,
                ByteBuffer.wrap(LetterLimits.original(value)),
                false,
                Map.of(),
                1,
                clock.instant());
        return SingleObject.bytes(DeadLetter.getEncoder(), letter);
    }

    @Override
    public void close() {
        if (transactions != null) {
            // Without waiting: what is open is aborted by the next one.
            transactions.producer().close(Duration.ZERO);
            transactions = null;
        }
    }
}

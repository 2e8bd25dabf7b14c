package dev.millrace.stream;

import dev.millrace.schema.avro.DeadLetter;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.lane.Arrival;
import dev.millrace.stream.lane.Produced;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends on what a batch could not take: records that cannot be read, and events that were too late for every view. */
final class DeadLetters implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;
    private final Clock clock;

    DeadLetters(String kafka, Clock clock) {
        this.clock = clock;
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "snappy"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

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
                    refused.add(new Refused(row, arrival, "unreadable", arrival.refusal()));
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

    /** Returns once Kafka has them all. */
    void send(List<Refused> refused) throws InterruptedException {
        List<Future<?>> sent = new ArrayList<>();
        for (Refused each : refused) {
            DeadLetter letter = new DeadLetter(
                    "feature-stream",
                    each.reason(),
                    each.message(),
                    null,
                    each.row().name(),
                    each.row().partition(),
                    each.row().offset(),
                    null,
                    ByteBuffer.wrap(each.arrival().value()),
                    false,
                    Map.of(),
                    1,
                    clock.instant());
            try {
                ByteBuffer encoded = DeadLetter.getEncoder().encode(letter);
                byte[] bytes = new byte[encoded.remaining()];
                encoded.get(bytes);
                sent.add(producer.send(new ProducerRecord<>(Topics.DEAD_LETTERS, bytes)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        for (Future<?> one : sent) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("Kafka did not take a dead letter: " + e.getCause(), e);
            }
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}

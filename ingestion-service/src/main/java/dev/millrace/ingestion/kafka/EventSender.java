package dev.millrace.ingestion.kafka;

import dev.millrace.ingestion.event.Outgoing;
import dev.millrace.schema.event.Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;

/** Writes accepted events to their topics. */
@Component
public class EventSender {
    private final KafkaTemplate<byte[], byte[]> kafka;

    EventSender(KafkaTemplate<byte[], byte[]> kafka) {
        this.kafka = kafka;
    }

    /**
     * Returns once Kafka has them all.
     *
     * @throws KafkaUnavailableException when it has not taken one: send all again, repetitions are told apart
     */
    public void send(List<Outgoing> events) {
        List<CompletableFuture<?>> sent = new ArrayList<>(events.size());
        try {
            for (Outgoing event : events) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                        event.topic(), event.key().getBytes(StandardCharsets.UTF_8), event.value());
                record.headers().add(Headers.ARRIVAL_TIME, Headers.ofMillis(event.arrivalTime()));
                if (event.stated()) {
                    record.headers().add(Headers.ARRIVAL_STATED, new byte[0]);
                }
                add(record, Headers.REQUEST_ID, event.origin().requestId());
                add(record, Headers.TRACE_PARENT, event.origin().traceParent());
                sent.add(kafka.send(record));
            }
            for (CompletableFuture<?> one : sent) {
                one.get();
            }
        } catch (ExecutionException | KafkaException | org.springframework.kafka.KafkaException e) {
            throw new KafkaUnavailableException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaUnavailableException(e);
        }
    }

    private static void add(ProducerRecord<byte[], byte[]> record, String header, @Nullable String value) {
        if (value != null) {
            record.headers().add(header, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Kafka does not take events now: our fault, and over some time. */
    public static final class KafkaUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        KafkaUnavailableException(Throwable cause) {
            super("Kafka does not take events now; send them again later", cause);
        }
    }
}

package dev.millrace.ingestion.kafka;

import dev.millrace.ingestion.event.PersonalData;
import dev.millrace.schema.avro.DeadLetter;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;

/** Sends what came over Kafka and cannot be taken to the dead-letter topic, encrypted: it may hold personal data. */
@Component
class DeadLetterSender {
    private static final String STAGE = "ingestion";

    private final KafkaTemplate<byte[], byte[]> kafka;
    private final PersonalData personal;
    private final MeterRegistry meters;
    private final Clock clock;

    DeadLetterSender(KafkaTemplate<byte[], byte[]> kafka, PersonalData personal, MeterRegistry meters, Clock clock) {
        this.kafka = kafka;
        this.personal = personal;
        this.meters = meters;
        this.clock = clock;
    }

    /** Returns once Kafka has it. */
    void send(ConsumerRecord<byte[], byte[]> record, InvalidEventException reason) {
        Map<String, ByteBuffer> headers = new HashMap<>();
        record.headers()
                .forEach(header -> headers.put(
                        header.key(), ByteBuffer.wrap(header.value() == null ? new byte[0] : header.value())));
        DeadLetter letter = new DeadLetter(
                STAGE,
                reason.code(),
                String.valueOf(reason.getMessage()),
                reason.field().isEmpty() ? null : reason.field(),
                record.topic(),
                record.partition(),
                record.offset(),
                null,
                ByteBuffer.wrap(personal.encrypt(record.value() == null ? new byte[0] : record.value())),
                true,
                headers,
                1,
                clock.instant());
        try {
            ByteBuffer encoded = DeadLetter.getEncoder().encode(letter);
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            kafka.send(new ProducerRecord<>(Topics.DEAD_LETTERS, record.key(), bytes))
                    .get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ExecutionException e) {
            throw new EventSender.KafkaUnavailableException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventSender.KafkaUnavailableException(e);
        }
        meters.counter("dead_letters_total", "stage", STAGE, "reason", reason.code())
                .increment();
    }
}

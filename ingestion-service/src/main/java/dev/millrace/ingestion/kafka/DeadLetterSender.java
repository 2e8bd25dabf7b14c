package dev.millrace.ingestion.kafka;

import dev.millrace.schema.avro.DeadLetter;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.LetterLimits;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.event.SingleObject;
import dev.millrace.schema.event.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.stereotype.Component;

/**
 * Sends what came over Kafka and cannot be taken to the dead-letter topic, encrypted: it may hold personal data. Once each:
 * in one transaction with the offsets of what it was read from.
 */
@Component
class DeadLetterSender {
    private static final String STAGE = "ingestion";

    /** Characters: messages repeat what came, which the letter has anyway. */
    private static final int LONGEST_MESSAGE = 500;

    private final KafkaTemplate<byte[], byte[]> transactions;
    private final PersonalData personal;
    private final MeterRegistry meters;
    private final Clock clock;

    DeadLetterSender(
            ProducerFactory<byte[], byte[]> producers, PersonalData personal, MeterRegistry meters, Clock clock) {
        // Each process has its own transactions: what a dead one left open is fenced by its group's next generation.
        this.transactions = new KafkaTemplate<>(
                producers,
                Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "ingestion-dead-letters-" + UUID.randomUUID() + "-"));
        this.personal = personal;
        this.meters = meters;
        this.clock = clock;
    }

    /** A record that is not taken, and why. */
    record Refusal(ConsumerRecord<byte[], byte[]> record, InvalidEventException reason) {}

    /**
     * Returns once Kafka has them all.
     *
     * @param next where the consumer goes on: committed together with the letters
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the commit fails when a send did
    void send(List<Refusal> refused, Map<TopicPartition, OffsetAndMetadata> next, ConsumerGroupMetadata consumer) {
        transactions.executeInTransaction(transaction -> {
            refused.forEach(each ->
                    transaction.send(new ProducerRecord<>(Topics.DEAD_LETTERS, key(each.record()), letter(each))));
            transaction.sendOffsetsToTransaction(next, consumer);
            return true;
        });
        refused.forEach(each -> meters.counter(
                        "dead_letters_total",
                        "stage",
                        STAGE,
                        "reason",
                        each.reason().code())
                .increment());
    }

    private static String shortened(String message) {
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
    }

    /** None where it is too large to be sent along. */
    private static byte @Nullable [] key(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        return key == null || key.length > LetterLimits.KEY ? null : key;
    }

    /** Those that have room. */
    private static Map<String, ByteBuffer> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, ByteBuffer> headers = new HashMap<>();
        int room = LetterLimits.HEADERS;
        for (Header header : record.headers()) {
            byte[] value = header.value() == null ? new byte[0] : header.value();
            int size = header.key().getBytes(StandardCharsets.UTF_8).length + value.length;
            if (size <= room) {
                room -= size;
                headers.put(header.key(), ByteBuffer.wrap(value));
            }
        }
        return headers;
    }

    private byte[] letter(Refusal refusal) {
        ConsumerRecord<byte[], byte[]> record = refusal.record();
        InvalidEventException reason = refusal.reason();
        byte[] value = record.value() == null ? new byte[0] : record.value();
        DeadLetter letter = new DeadLetter(
                STAGE,
                reason.code(),
                LetterLimits.message(shortened(String.valueOf(reason.getMessage())), value.length),
                reason.field().isEmpty() ? null : reason.field(),
                record.topic(),
                record.partition(),
                record.offset(),
                null,
                ByteBuffer.wrap(personal.encrypt(LetterLimits.original(value))),
                true,
                headers(record),
                1,
                clock.instant());
        return SingleObject.bytes(DeadLetter.getEncoder(), letter);
    }
}

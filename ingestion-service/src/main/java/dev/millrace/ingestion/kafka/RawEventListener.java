package dev.millrace.ingestion.kafka;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingestion.event.Arrival;
import dev.millrace.ingestion.event.EventAcceptor;
import dev.millrace.ingestion.event.Outgoing;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/**
 * Takes events over Kafka. Offsets are committed once every event of a poll lies on its topic or among the dead letters;
 * what is repeated after a crash is told apart by its id.
 */
@Component
class RawEventListener {
    private final UseCase useCase;
    private final EventAcceptor acceptor;
    private final EventSender sender;
    private final DeadLetterSender deadLetters;
    private final ObjectMapper mapper;
    private final MeterRegistry meters;
    private final Clock clock;

    RawEventListener(
            UseCase useCase,
            EventAcceptor acceptor,
            EventSender sender,
            DeadLetterSender deadLetters,
            ObjectMapper mapper,
            MeterRegistry meters,
            Clock clock) {
        this.useCase = useCase;
        this.acceptor = acceptor;
        this.sender = sender;
        this.deadLetters = deadLetters;
        this.mapper = mapper;
        this.meters = meters;
        this.clock = clock;
    }

    @KafkaListener(topics = Topics.RAW_EVENTS, groupId = "ingestion", batch = "true")
    void take(List<ConsumerRecord<byte[], byte[]>> records) {
        List<Outgoing> accepted = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                RawEvent raw = RawEvent.read(record.value(), type(record), useCase, mapper);
                accepted.add(acceptor.accept(raw.type(), raw.fields(), new Arrival.Now(clock)));
            } catch (InvalidEventException e) {
                deadLetters.send(record, e);
                count("refused", 1);
            }
        }
        sender.send(accepted);
        count("accepted", accepted.size());
    }

    private void count(String status, int events) {
        meters.counter("events_ingested_total", "source", "kafka", "status", status)
                .increment(events);
    }

    private static @Nullable String type(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(Headers.EVENT_TYPE);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}

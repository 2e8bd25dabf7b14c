package dev.millrace.ingestion.kafka;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingestion.event.Arrival;
import dev.millrace.ingestion.event.EventAcceptor;
import dev.millrace.ingestion.event.Origin;
import dev.millrace.ingestion.event.Outgoing;
import dev.millrace.ingestion.kafka.DeadLetterSender.Refusal;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.Topics;
import dev.millrace.web.RequestContext;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/**
 * Takes events over Kafka. Offsets are committed once every event of a poll lies on its topic or among the dead letters.
 * After a crash an event may be sent again, which its id tells; a dead letter, which may have none, is sent once.
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
    void take(List<ConsumerRecord<byte[], byte[]>> records, Consumer<?, ?> consumer) {
        List<Outgoing> accepted = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                RawEvent raw = RawEvent.read(record.value(), text(record, Headers.EVENT_TYPE), useCase, mapper);
                accepted.add(acceptor.accept(raw.type(), raw.fields(), new Arrival.Now(clock))
                        .from(origin(record)));
            } catch (InvalidEventException e) {
                refused.add(new Refusal(record, e));
            }
        }
        sender.send(accepted);
        count("accepted", accepted.size());
        if (!refused.isEmpty()) {
            deadLetters.send(refused, next(records), consumer.groupMetadata());
            count("refused", refused.size());
        }
    }

    /** What its sender calls it, as far as that is of the form that we pass on: anything else could be anything. */
    private static Origin origin(ConsumerRecord<byte[], byte[]> record) {
        String requestId = text(record, Headers.REQUEST_ID);
        String traceParent = text(record, Headers.TRACE_PARENT);
        return new Origin(
                requestId != null && RequestContext.isRequestId(requestId) ? requestId : null,
                traceParent != null && RequestContext.isTraceParent(traceParent)
                        ? traceParent.substring(0, RequestContext.TRACE_PARENT_LENGTH)
                        : null);
    }

    /** Where the consumer goes on once these records are done. */
    private static Map<TopicPartition, OffsetAndMetadata> next(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        records.forEach(record -> next.put(
                new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1)));
        return next;
    }

    private void count(String status, int events) {
        meters.counter("events_ingested_total", "source", "kafka", "status", status)
                .increment(events);
    }

    private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}

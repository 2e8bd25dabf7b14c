package dev.millrace.prediction.label;

import dev.millrace.schema.avro.Label;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.SingleObject;
import dev.millrace.schema.event.Topics;
import dev.millrace.web.RequestContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends labels to their topic, and waits until Kafka has them. Thread-safe. */
public final class LabelLog implements AutoCloseable {

    /** Milliseconds that a caller waits at most: for the topic's leaders, then for the record to be there. */
    private static final int PATIENCE_MILLIS = 5_000;

    private final String kafka;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /** @param kafka bootstrap servers */
    public LabelLog(String kafka) {
        this.kafka = kafka;
    }

    void send(Label label, long arrivalMillis, RequestContext context)
            throws LabelsUnavailableException, InterruptedException {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                Topics.LABELS,
                label.getKey().getBytes(StandardCharsets.UTF_8),
                SingleObject.bytes(Label.getEncoder(), label));
        record.headers()
                .add(Headers.ARRIVAL_TIME, Headers.ofMillis(arrivalMillis))
                .add(Headers.REQUEST_ID, context.requestId().getBytes(StandardCharsets.UTF_8))
                .add(Headers.TRACE_PARENT, context.traceParent().getBytes(StandardCharsets.UTF_8));
        try {
            var unused = producer().send(record).get();
        } catch (ExecutionException e) {
            throw new LabelsUnavailableException(e.getCause() == null ? e : e.getCause());
        } catch (KafkaException e) {
            throw new LabelsUnavailableException(e);
        }
    }

    /** Made when it is needed first: the service starts without Kafka. */
    private synchronized KafkaProducer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = new KafkaProducer<>(
                    Map.of(
                            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            kafka,
                            ProducerConfig.ACKS_CONFIG,
                            "all",
                            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                            true,
                            ProducerConfig.COMPRESSION_TYPE_CONFIG,
                            "snappy",
                            ProducerConfig.LINGER_MS_CONFIG,
                            5,
                            ProducerConfig.MAX_BLOCK_MS_CONFIG,
                            PATIENCE_MILLIS,
                            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                            PATIENCE_MILLIS / 2,
                            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                            PATIENCE_MILLIS,
                            ProducerConfig.CLIENT_ID_CONFIG,
                            "labels"),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
        }
        return producer;
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(Duration.ofMillis(PATIENCE_MILLIS));
        }
    }
}

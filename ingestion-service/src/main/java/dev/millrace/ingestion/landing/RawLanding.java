package dev.millrace.ingestion.landing;

import dev.millrace.ingestion.config.IngestionSettings;
import dev.millrace.ingestion.landing.ArrowEvents.Landed;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.RecordCodec;
import dev.millrace.schema.event.TopicDecoder;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Lands every accepted event on S3, in batches, from the event topics: what Kafka has taken is landed even if this process
 * dies in between. A file is named after its first offset, so a batch that is repeated writes the same file again.
 */
@Component
class RawLanding {
    private static final Logger LOG = LoggerFactory.getLogger(RawLanding.class);

    private final S3Client s3;
    private final String bucket;
    private final ArrowEvents arrow = new ArrowEvents();
    private final UseCase useCase;
    private final MeterRegistry meters;

    RawLanding(S3Client s3, IngestionSettings settings, UseCase useCase, MeterRegistry meters) {
        this.s3 = s3;
        this.bucket = settings.s3Bucket();
        this.meters = meters;
        this.useCase = useCase;
    }

    /** Files hold one event type of one partition. */
    private record Place(EventType type, int partition) {}

    @KafkaListener(
            topics = "#{@landedTopics}",
            groupId = "raw-landing",
            batch = "true",
            properties = {
                "max.poll.records=5000",
                "fetch.min.bytes=262144",
                "fetch.max.wait.ms=${millrace.landing-wait-millis}",
                "request.timeout.ms=60000",
                "max.poll.interval.ms=300000"
            })
    void land(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<Place, List<Landed>> batches = new LinkedHashMap<>();
        TopicDecoder decoder = new TopicDecoder(useCase);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                TopicDecoder.Event event = decoder.event(record.value() == null ? new byte[0] : record.value());
                batches.computeIfAbsent(new Place(event.type(), record.partition()), place -> new ArrayList<>())
                        .add(new Landed(event.fields(), arrivalTime(record), record.partition(), record.offset()));
            } catch (RecordCodec.CorruptRecordException e) {
                // The stream dead-letters it; here it only must not stop the rest.
                LOG.warn(
                        "Not landed: {} {} {}: {}",
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        e.getMessage());
            }
        }
        batches.forEach(this::write);
    }

    private void write(Place place, List<Landed> events) {
        String key = "%s/partition=%d/%020d.arrow"
                .formatted(
                        place.type().name(),
                        place.partition(),
                        events.getFirst().offset());
        s3.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromBytes(arrow.file(events)));
        meters.counter("events_landed_total", "type", place.type().name()).increment(events.size());
    }

    private static long arrivalTime(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(Headers.ARRIVAL_TIME);
        return header == null ? record.timestamp() : Headers.millis(header.value(), record.timestamp());
    }
}

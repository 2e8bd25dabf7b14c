package dev.millrace.bench.features;

import dev.millrace.schema.event.Headers;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** Of a reading, the time it arrived: in this benchmark also its event time. */
public final class ArrivalTime implements TimestampExtractor {
    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        Header header = record.headers().lastHeader(Headers.ARRIVAL_TIME);
        return header == null ? record.timestamp() : Headers.millis(header.value(), record.timestamp());
    }
}

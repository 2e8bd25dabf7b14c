package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import dev.millrace.schema.event.TopicDecoder;
import dev.millrace.schema.event.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns records of topics into what the stateful step groups. Not thread-safe. */
final class RecordRouter {
    private final ViewFeeds feeds;
    private final TopicDecoder decoder;
    private final Map<String, Long> topics = new HashMap<>();
    private final Map<TopicPartition, String> recordKeys = new HashMap<>();

    /** @param topicIds Kafka's id of each topic */
    RecordRouter(FeatureEngine engine, Map<String, String> topicIds) {
        this.feeds = new ViewFeeds(engine);
        this.decoder = new TopicDecoder(engine.useCase());
        topicIds.forEach(
                (topic, id) -> topics.put(topic, TopicPartition.of(id, 0).topic()));
    }

    /** Adds what each view takes of a record, and the record as a whole. */
    void route(KafkaRecord record, Packs packs) {
        Long topic = topics.get(record.topic());
        if (topic == null) {
            throw new IllegalStateException("The topic " + record.topic() + " was not there when the stream started");
        }
        TopicPartition partition = new TopicPartition(topic, record.partition());
        List<ViewFeeds.Fed> fed = List.of();
        String refusal = "";
        try {
            fed = fed(record);
        } catch (CorruptRecordException e) {
            refusal = "unreadable " + e.getMessage();
        } catch (OutOfRangeException e) {
            // Into no view at all rather than into some.
            refusal = "out-of-range " + e.getMessage();
        }
        for (ViewFeeds.Fed each : fed) {
            String view = Keyed.viewKey(each.view().name(), each.key());
            packs.add(partition, view, record.offset(), each.event().toBytes());
        }
        Arrival whole =
                new Arrival(record.arrivalTime(), record.isArrivalStated(), fed.size(), refusal, record.value());
        String key = recordKeys.computeIfAbsent(partition, read -> Keyed.recordKey(record.topic(), record.partition()));
        packs.add(partition, key, record.offset(), whole.toBytes());
    }

    private List<ViewFeeds.Fed> fed(KafkaRecord record) {
        if (record.topic().equals(Topics.LABELS)) {
            return feeds.label(decoder.label(record.value()));
        }
        TopicDecoder.Event event = decoder.event(record.value());
        return feeds.event(event.type(), event.fields());
    }
}

package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import dev.millrace.schema.event.TopicDecoder;
import dev.millrace.schema.event.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Turns one record of a topic into the rows that the stateful step groups. Not thread-safe. */
final class RecordRouter {
    private final ViewFeeds feeds;
    private final TopicDecoder decoder;
    private final Map<String, String> topicIds;

    /** @param topicIds Kafka's id of each topic */
    RecordRouter(FeatureEngine engine, Map<String, String> topicIds) {
        this.feeds = new ViewFeeds(engine);
        this.decoder = new TopicDecoder(engine.useCase());
        this.topicIds = topicIds;
    }

    List<Keyed> route(KafkaRecord record) {
        String id = topicIds.get(record.topic());
        if (id == null) {
            throw new IllegalStateException("The topic " + record.topic() + " was not there when the stream started");
        }
        TopicPartition partition = TopicPartition.of(id, record.partition());
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
        List<Keyed> rows = new ArrayList<>();
        for (ViewFeeds.Fed each : fed) {
            rows.add(keyed(
                    Keyed.viewKey(each.view().name(), each.key()),
                    partition,
                    record,
                    each.event().toBytes()));
        }
        Arrival whole =
                new Arrival(record.arrivalTime(), record.isArrivalStated(), fed.size(), refusal, record.value());
        rows.add(keyed(Keyed.recordKey(record.topic(), record.partition()), partition, record, whole.toBytes()));
        return rows;
    }

    private List<ViewFeeds.Fed> fed(KafkaRecord record) {
        if (record.topic().equals(Topics.LABELS)) {
            return feeds.label(TopicDecoder.label(record.value()));
        }
        TopicDecoder.Event event = decoder.event(record.value());
        return feeds.event(event.type(), event.fields());
    }

    private static Keyed keyed(String key, TopicPartition partition, KafkaRecord record, byte[] payload) {
        return new Keyed(key, partition.topic(), partition.partition(), record.offset(), payload);
    }
}

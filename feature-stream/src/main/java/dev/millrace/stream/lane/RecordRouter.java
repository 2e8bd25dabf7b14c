package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import dev.millrace.schema.event.TopicDecoder;
import dev.millrace.schema.event.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns one record of a topic into the rows that the stateful step groups. Not thread-safe. */
final class RecordRouter {
    private final List<View> views;
    private final TopicDecoder decoder;
    private final Map<String, LabelFactory> labels = new HashMap<>();
    private final Map<String, String> topicIds;

    /** @param topicIds Kafka's id of each topic */
    RecordRouter(FeatureEngine engine, Map<String, String> topicIds) {
        this.views = engine.views();
        this.decoder = new TopicDecoder(engine.useCase());
        this.topicIds = topicIds;
        engine.useCase()
                .events()
                .values()
                .forEach(type -> labels.put(type.name(), new LabelFactory(engine.useCase(), type)));
    }

    /**
     * @param value null for a record without one
     * @param headers by name
     * @param writtenAt the record's own timestamp, the arrival time of a record without that header
     */
    List<Keyed> route(
            String topic,
            int partition,
            long offset,
            byte @Nullable [] value,
            Map<String, byte[]> headers,
            long writtenAt) {
        String id = topicIds.get(topic);
        if (id == null) {
            throw new IllegalStateException("The topic " + topic + " was not there when the stream started");
        }
        Route route = new Route(TopicPartition.of(id, partition), offset);
        byte[] bytes = value == null ? new byte[0] : value;
        String refusal = "";
        try {
            if (topic.equals(Topics.LABELS)) {
                route.label(TopicDecoder.label(bytes));
            } else {
                route.event(decoder.event(bytes));
            }
        } catch (CorruptRecordException e) {
            refusal = "unreadable " + e.getMessage();
        } catch (OutOfRangeException e) {
            // Into no view at all rather than into some.
            route.rows.clear();
            refusal = "out-of-range " + e.getMessage();
        }
        byte[] arrival = headers.get(Headers.ARRIVAL_TIME);
        Arrival whole = new Arrival(
                arrival == null ? writtenAt : Headers.millis(arrival),
                headers.containsKey(Headers.ARRIVAL_STATED),
                route.rows.size(),
                refusal,
                bytes);
        route.add(Keyed.recordKey(topic, partition), whole.toBytes());
        return route.rows;
    }

    private final class Route {
        private final TopicPartition partition;
        private final long offset;
        private final List<Keyed> rows = new ArrayList<>();

        private Route(TopicPartition partition, long offset) {
            this.partition = partition;
            this.offset = offset;
        }

        private void add(String key, byte[] payload) {
            rows.add(new Keyed(key, partition.topic(), partition.partition(), offset, payload));
        }

        private void event(TopicDecoder.Event event) {
            EventType type = event.type();
            feed(new Source.Events(type.name()), SourceRecord.of(type, event.fields()));
            LabelFactory factory = labels.get(type.name());
            Double flag = factory == null ? null : factory.ownFlag(event.fields());
            if (factory != null && flag != null) {
                label(factory.label(event.fields(), flag, type.time(event.fields()), LabelFactory.OWN_FLAG));
            }
        }

        private void label(Label label) {
            feed(new Source.Labels(label.getEventType()), SourceRecord.of(label));
        }

        private void feed(Source source, SourceRecord record) {
            for (View view : views) {
                if (view.source().equals(source)) {
                    for (View.Fed fed : view.feed(record)) {
                        add(Keyed.viewKey(view.name(), fed.key()), fed.event().toBytes());
                    }
                }
            }
        }
    }
}

package dev.millrace.stream.lake;

import com.google.common.collect.Streams;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.lake.EventRows;
import dev.millrace.lake.LabelRows;
import dev.millrace.lake.Lake;
import dev.millrace.lake.Position;
import dev.millrace.lake.PredictionRows;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.PlatformRecords;
import dev.millrace.schema.event.RecordCodec.CorruptRecordException;
import dev.millrace.schema.event.TopicDecoder;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Engines;
import dev.millrace.stream.lane.KafkaRecord;
import dev.millrace.stream.lane.ViewFeeds;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * Records of a topic to the rows of one table. Leaves out what the exact lane refuses, so that all stores hold the same
 * events; the dead letter is its business.
 */
final class LakeRows implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1L;

    private final StreamConfig config;
    private final String table;
    private final String topicId;

    /** @param table {@link Lake#LABELS}, {@link Lake#PREDICTIONS}, or an event type */
    LakeRows(StreamConfig config, String table, String topicId) {
        this.config = config;
        this.table = table;
        this.topicId = topicId;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> records) {
        FeatureEngine engine = Engines.of(config);
        Function<KafkaRecord, Optional<Row>> reader = switch (table) {
            case Lake.LABELS -> labels(engine);
            case Lake.PREDICTIONS -> predictions();
            default -> events(engine, engine.useCase().event(table));
        };
        return Streams.stream(records)
                .map(KafkaRecord::of)
                .flatMap(record -> accepted(reader, record).stream())
                .iterator();
    }

    private static Optional<Row> accepted(Function<KafkaRecord, Optional<Row>> reader, KafkaRecord record) {
        try {
            return reader.apply(record);
        } catch (CorruptRecordException | OutOfRangeException e) {
            return Optional.empty();
        }
    }

    private Function<KafkaRecord, Optional<Row>> labels(FeatureEngine engine) {
        ViewFeeds feeds = new ViewFeeds(engine);
        LabelRows rows = new LabelRows();
        TopicDecoder decoder = new TopicDecoder(engine.useCase());
        return record -> {
            Label label = decoder.label(record.value());
            feeds.label(label);
            return Optional.of(rows.row(label, position(record)));
        };
    }

    private Function<KafkaRecord, Optional<Row>> predictions() {
        PredictionRows rows = new PredictionRows();
        return record -> Optional.of(rows.row(PlatformRecords.prediction(record.value()), position(record)));
    }

    /** A topic may carry other types, too. */
    private Function<KafkaRecord, Optional<Row>> events(FeatureEngine engine, EventType type) {
        ViewFeeds feeds = new ViewFeeds(engine);
        EventRows rows = new EventRows(type);
        TopicDecoder decoder = new TopicDecoder(engine.useCase());
        return record -> {
            TopicDecoder.Event event = decoder.event(record.value());
            if (!event.type().name().equals(type.name())) {
                return Optional.empty();
            }
            feeds.event(type, event.fields());
            return Optional.of(rows.row(event.fields(), position(record)));
        };
    }

    private Position position(KafkaRecord record) {
        return new Position(record.arrivalTime(), topicId, record.partition(), record.offset());
    }
}

package dev.millrace.stream.generation;

import com.google.common.collect.Streams;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.lake.EventRows;
import dev.millrace.lake.LabelRows;
import dev.millrace.lake.Lake;
import dev.millrace.lake.Position;
import dev.millrace.schema.definition.EventType;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Engines;
import dev.millrace.stream.lane.Keyed;
import dev.millrace.stream.lane.ViewFeeds;
import dev.millrace.stream.lane.ViewFeeds.Fed;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Rows of a table of the lake to rows of the stateful step: those that the new query will not read from Kafka. */
final class FedRows implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1L;

    static final StructType SCHEMA = new StructType()
            .add("key", DataTypes.StringType, false)
            .add("arrival", DataTypes.LongType, false)
            .add("topicId", DataTypes.LongType, false)
            .add("partition", DataTypes.IntegerType, false)
            .add("offset", DataTypes.LongType, false)
            .add("payload", DataTypes.BinaryType, false);

    private final StreamConfig config;
    private final String table;
    private final String topicId;
    private final HashMap<Integer, Long> before;

    /**
     * @param topicId of the topic as it is now; what came through one that is gone is taken whole
     * @param before the offset of each partition from which on Kafka is read
     */
    FedRows(StreamConfig config, String table, String topicId, Map<Integer, Long> before) {
        this.config = config;
        this.table = table;
        this.topicId = topicId;
        this.before = new HashMap<>(before);
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        Function<Row, List<Fed>> feeds = feeds(Engines.of(config));
        return Streams.stream(rows)
                .filter(row -> isBefore(Position.of(row)))
                .flatMap(row -> fed(feeds, row))
                .iterator();
    }

    private boolean isBefore(Position position) {
        return !position.topicId().equals(topicId) || position.offset() < before.getOrDefault(position.partition(), 0L);
    }

    private Function<Row, List<Fed>> feeds(FeatureEngine engine) {
        ViewFeeds feeds = new ViewFeeds(engine);
        if (table.equals(Lake.LABELS)) {
            LabelRows labels = new LabelRows();
            return row -> feeds.label(labels.record(row));
        }
        EventType type = engine.useCase().event(table);
        EventRows events = new EventRows(type);
        return row -> feeds.event(type, events.record(row));
    }

    private static Stream<Row> fed(Function<Row, List<Fed>> feeds, Row row) {
        Position position = Position.of(row);
        TopicPartition partition = TopicPartition.of(position.topicId(), position.partition());
        try {
            return feeds.apply(row).stream()
                    .map(fed -> RowFactory.create(
                            Keyed.viewKey(fed.view().name(), fed.key()),
                            position.arrivalTime(),
                            partition.topic(),
                            partition.partition(),
                            position.offset(),
                            fed.event().toBytes()));
        } catch (OutOfRangeException e) {
            // A view that is new cannot take it: then none does, as in the stream.
            return Stream.empty();
        }
    }
}

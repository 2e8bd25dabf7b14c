package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Produced.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StatefulProcessor;
import org.apache.spark.sql.streaming.TTLConfig;
import org.apache.spark.sql.streaming.TimeMode;
import org.apache.spark.sql.streaming.TimerValues;
import org.apache.spark.sql.streaming.ValueState;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;

/** The stateful step: folds the events of a batch into the block of their view and entity. Records pass through. */
final class BlockFolder extends StatefulProcessor<String, Row, Row> {
    private static final long serialVersionUID = 1L;
    /** Of the one state variable; the rebuild of Redis reads it by this name. */
    static final String STATE = "entity";

    private final String useCases;
    private final String useCase;
    private transient @Nullable FeatureEngine engine;
    private transient @Nullable ValueState<byte[]> state;

    BlockFolder(StreamConfig config) {
        this.useCases = config.useCases();
        this.useCase = config.useCase();
    }

    @Override
    public void init(OutputMode outputMode, TimeMode timeMode) {
        engine = Engines.of(useCases, useCase);
        state = getHandle().getValueState(STATE, Encoders.BINARY(), TTLConfig.NONE());
    }

    @Override
    public Iterator<Row> handleInputRows(String key, Iterator<Row> rows, TimerValues timers) {
        if (!Keyed.isView(key)) {
            String topic = Keyed.name(key);
            return rows.map(row -> {
                Keyed keyed = Keyed.of(row);
                return new Produced(
                                Kind.RECORD,
                                topic,
                                "",
                                keyed.topicId(),
                                keyed.partition(),
                                keyed.offset(),
                                keyed.payload())
                        .toRow();
            });
        }
        List<Row> produced = new ArrayList<>();
        fold(key, CollectionConverters.asJava(rows), produced);
        return CollectionConverters.asScala(produced.iterator());
    }

    private void fold(String key, java.util.Iterator<Row> rows, List<Row> produced) {
        if (engine == null || state == null) {
            throw new IllegalStateException("Spark calls init first");
        }
        String name = Keyed.name(key);
        String entity = Keyed.rest(key);
        View view = engine.view(name)
                .orElseThrow(() -> new IllegalStateException("The view '" + name
                        + "' is gone from the use case while the query that keeps it runs; start the stream anew"));
        EntityState before = state.exists()
                ? EntityState.of(state.get())
                : new EntityState(-1, Offsets.NONE, view.shape().empty().toBytes());
        Block block = view.shape().read(before.block());
        Map<TopicPartition, Long> offsets = new HashMap<>();
        TreeMap<Long, double[]> changed = new TreeMap<>();
        for (Arrived arrived : inOrderOfTime(rows, view)) {
            Keyed row = arrived.row();
            offsets.merge(new TopicPartition(row.topicId(), row.partition()), row.offset(), Math::max);
            switch (block.fold(arrived.event())) {
                case FOLDED, REVISED -> {
                    if (view.isTumbling()) {
                        // At once: a batch that catches up may leave this window behind before it ends.
                        long start = view.tumblingStart(arrived.event());
                        changed.put(start, view.readTumbling(block, start));
                    }
                }
                case DUPLICATE -> {
                    // Counted once already.
                }
                case TOO_LATE ->
                    produced.add(new Produced(
                                    Kind.TOO_LATE,
                                    name,
                                    entity,
                                    row.topicId(),
                                    row.partition(),
                                    row.offset(),
                                    new byte[0])
                            .toRow());
            }
        }
        EntityState after = new EntityState(batch(), before.offsets().with(offsets), block.toBytes());
        byte[] bytes = after.toBytes();
        state.update(bytes);
        if (view.isTumbling()) {
            changed.forEach((start, values) -> {
                ChangedWindow window = new ChangedWindow(start, block.newest(), values);
                produced.add(new Produced(Kind.WINDOW, name, entity, 0, 0, 0, window.toBytes()).toRow());
            });
        } else {
            produced.add(new Produced(Kind.BLOCK, name, entity, 0, 0, 0, bytes).toRow());
        }
    }

    private record Arrived(Keyed row, ProjectedEvent event) {}

    /**
     * A batch that catches up holds days of several partitions, one after the other: in the order of their times no event
     * is too late only because another partition came first.
     */
    private static List<Arrived> inOrderOfTime(java.util.Iterator<Row> rows, View view) {
        List<Arrived> events = new ArrayList<>();
        rows.forEachRemaining(row -> {
            Keyed keyed = Keyed.of(row);
            events.add(new Arrived(keyed, ProjectedEvent.fromBytes(keyed.payload(), view.inputs())));
        });
        events.sort(Comparator.comparingLong(arrived -> arrived.event().time()));
        return events;
    }

    private static long batch() {
        TaskContext task = TaskContext.get();
        String batch = task == null ? null : task.getLocalProperty("streaming.sql.batchId");
        return batch == null ? -1 : Long.parseLong(batch);
    }
}

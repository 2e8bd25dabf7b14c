package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.feature.state.Served;
import dev.millrace.feature.state.ViewState;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Produced.Kind;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.ExpiredTimerInfo;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StatefulProcessorWithInitialState;
import org.apache.spark.sql.streaming.TTLConfig;
import org.apache.spark.sql.streaming.TimeMode;
import org.apache.spark.sql.streaming.TimerValues;
import org.apache.spark.sql.streaming.ValueState;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The stateful step: folds the events of a batch into the block of their view and entity. Records pass through. A block
 * that no window can reach any more is dropped, by a timer that is set once and looks again when events came meanwhile.
 */
final class BlockFolder extends StatefulProcessorWithInitialState<String, Row, Row, Row> {
    private static final long serialVersionUID = 1L;
    /** Of the state variable with what each batch changes; the rebuild of Redis reads it by this name. */
    static final String STATE = "entity";

    /** Of the state variable with the older blocks of the large ones. */
    static final String OLDER = "older";

    /** How much clocks may differ or go back before rows count as late and are dropped: by far more than they do. */
    static final Duration CLOCK_SLACK = Duration.ofDays(1);

    private final StreamConfig config;
    private transient @Nullable FeatureEngine engine;
    private transient @Nullable ValueState<byte[]> state;
    private transient @Nullable ValueState<byte[]> older;

    BlockFolder(StreamConfig config) {
        this.config = config;
    }

    @Override
    public void init(OutputMode outputMode, TimeMode timeMode) {
        engine = Engines.of(config);
        state = getHandle().getValueState(STATE, Encoders.BINARY(), TTLConfig.NONE());
        older = getHandle().getValueState(OLDER, Encoders.BINARY(), TTLConfig.NONE());
    }

    /** @param initial a row of {@link InitialState} */
    @Override
    public void handleInitialState(String key, Row initial, TimerValues timers) {
        byte[] bytes = initial.getAs(1);
        state().update(bytes);
        byte @Nullable [] beside = initial.getAs(2);
        if (beside != null) {
            older().update(beside);
        }
        if (view(key).shape().millisToLive() > 0) {
            expire(view(key), EntityState.of(bytes), timers);
        }
    }

    private void expire(View view, EntityState kept, TimerValues timers) {
        getHandle().registerTimer(Math.max(unreachable(view, kept), timers.getCurrentWatermarkInMs() + 1));
    }

    @Override
    public Iterator<Row> handleInputRows(String key, Iterator<Row> rows, TimerValues timers) {
        if (!Keyed.isView(key)) {
            String topic = Keyed.name(key);
            return rows.map(row -> {
                Keyed keyed = Keyed.of(row);
                return new Produced(Kind.RECORDS, topic, "", keyed.topicId(), keyed.partition(), 0, keyed.pack())
                        .toRow();
            });
        }
        List<Row> produced = new ArrayList<>();
        fold(key, CollectionConverters.asJava(rows), timers, produced);
        return CollectionConverters.asScala(produced.iterator());
    }

    @Override
    public Iterator<Row> handleExpiredTimer(String key, TimerValues timers, ExpiredTimerInfo expired) {
        if (state().exists()) {
            long unreachable = unreachable(view(key), EntityState.of(state().get()));
            if (unreachable <= timers.getCurrentWatermarkInMs()) {
                state().clear();
                older().clear();
            } else {
                getHandle().registerTimer(unreachable);
            }
        }
        return CollectionConverters.asScala(Collections.emptyIterator());
    }

    /** The watermark, which trails the clock by the slack, from which on a block is of no use. */
    private static long unreachable(View view, EntityState state) {
        return state.readAt() + Math.max(0, view.shape().reach() - CLOCK_SLACK.toMillis());
    }

    private ValueState<byte[]> state() {
        return initialized(state);
    }

    private ValueState<byte[]> older() {
        return initialized(older);
    }

    private static ValueState<byte[]> initialized(@Nullable ValueState<byte[]> variable) {
        if (variable == null) {
            throw new IllegalStateException("Spark calls init first");
        }
        return variable;
    }

    private View view(String key) {
        String name = Keyed.name(key);
        return Optional.ofNullable(engine)
                .flatMap(known -> known.view(name))
                .orElseThrow(() -> new IllegalStateException("The view '" + name
                        + "' is gone from the use case while the query that keeps it runs; start the stream anew"));
    }

    private void fold(String key, java.util.Iterator<Row> rows, TimerValues timers, List<Row> produced) {
        String name = Keyed.name(key);
        String entity = Keyed.rest(key);
        View view = view(key);
        byte @Nullable [] bytes = state().get();
        EntityState before = bytes == null
                ? new EntityState(-1, 0, Offsets.NONE, view.state(entity).toBytes())
                : EntityState.of(bytes);
        ViewState kept = view.state(entity, before.block(), () -> Keyed.older(key, older().get()));
        Arrivals arrivals = Arrivals.of(rows, view);
        TreeMap<Long, double[]> changed = new TreeMap<>();
        for (Arrived arrived : arrivals.inOrder()) {
            switch (kept.fold(arrived.event())) {
                case FOLDED, REVISED -> {
                    if (view.isTumbling()) {
                        // At once: a batch that catches up may leave this window behind before it ends.
                        long start = view.tumblingStart(arrived.event());
                        changed.put(start, view.readTumbling(kept.block(entity), start));
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
                                    arrived.partition().topic(),
                                    arrived.partition().partition(),
                                    arrived.offset(),
                                    new byte[0])
                            .toRow());
            }
        }
        EntityState after = new EntityState(
                batch(),
                Math.max(before.readAt(), arrivals.readAt()),
                before.offsets().with(arrivals.offsets()),
                kept.toBytes());
        state().update(after.toBytes());
        kept.changedOlder().ifPresent(older()::update);
        if (bytes == null && view.shape().millisToLive() > 0) {
            expire(view, after, timers);
        }
        if (view.isTumbling()) {
            changed.forEach((start, values) -> {
                ChangedWindow window = new ChangedWindow(start, kept.newest(), values);
                produced.add(new Produced(Kind.WINDOW, name, entity, 0, 0, 0, window.toBytes()).toRow());
            });
        } else {
            kept.changed()
                    .forEach((each, block) ->
                            produced.add(Produced.block(name, each, after.serving(Served.changed(block)))
                                    .toRow()));
        }
    }

    private record Arrived(TopicPartition partition, long offset, ProjectedEvent event) {}

    /**
     * What a batch has for one key.
     *
     * @param inOrder of time: a batch that catches up holds days of several partitions, one after the other, and no event is
     *     too late only because another partition came first
     * @param offsets the highest of each partition
     * @param readAt epoch milliseconds
     */
    private record Arrivals(List<Arrived> inOrder, Map<TopicPartition, Long> offsets, long readAt) {
        static Arrivals of(java.util.Iterator<Row> rows, View view) {
            List<Arrived> events = new ArrayList<>();
            Map<TopicPartition, Long> offsets = new HashMap<>();
            long readAt = 0;
            while (rows.hasNext()) {
                Row row = rows.next();
                readAt = Math.max(readAt, row.<Timestamp>getAs(Keyed.READ_AT).getTime());
                Keyed keyed = Keyed.of(row);
                TopicPartition partition = new TopicPartition(keyed.topicId(), keyed.partition());
                for (Pack.Item item : Pack.items(keyed.pack())) {
                    offsets.merge(partition, item.offset(), Math::max);
                    ProjectedEvent event = ProjectedEvent.fromBytes(item.payload(), view.inputs());
                    events.add(new Arrived(partition, item.offset(), event));
                }
            }
            events.sort(Comparator.comparingLong(arrived -> arrived.event().time()));
            return new Arrivals(events, offsets, readAt);
        }
    }

    private static long batch() {
        TaskContext task = TaskContext.get();
        String batch = task == null ? null : task.getLocalProperty("streaming.sql.batchId");
        return batch == null ? -1 : Long.parseLong(batch);
    }
}

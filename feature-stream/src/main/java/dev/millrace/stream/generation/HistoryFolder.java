package dev.millrace.stream.generation;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.feature.state.ViewState;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Engines;
import dev.millrace.stream.lane.EntityState;
import dev.millrace.stream.lane.InitialState;
import dev.millrace.stream.lane.Keyed;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Folds rows of {@link FedRows} that lie key by key, each key's in the order of their arrival, into the state of each key.
 * Holds one key at a time.
 */
final class HistoryFolder implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1L;
    /** As if the first batch had read them: a Redis that is emptied gets them again. */
    private static final long BATCH = 0;

    private final StreamConfig config;
    private final long readAt;

    /** @param readAt epoch milliseconds */
    HistoryFolder(StreamConfig config, long readAt) {
        this.config = config;
        this.readAt = readAt;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return new States(Engines.of(config), rows);
    }

    private final class States implements Iterator<Row> {
        private final FeatureEngine engine;
        private final Iterator<Row> rows;
        private @Nullable Row next;

        private States(FeatureEngine engine, Iterator<Row> rows) {
            this.engine = engine;
            this.rows = rows;
            advance();
        }

        private void advance() {
            next = rows.hasNext() ? rows.next() : null;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Row next() {
            if (next == null) {
                throw new NoSuchElementException();
            }
            String key = next.getString(0);
            View view = engine.view(Keyed.name(key)).orElseThrow();
            ViewState state = view.state(Keyed.rest(key));
            Map<TopicPartition, Long> offsets = new HashMap<>();
            while (next != null && next.getString(0).equals(key)) {
                offsets.merge(new TopicPartition(next.getLong(2), next.getInt(3)), next.getLong(4), Math::max);
                state.fold(ProjectedEvent.fromBytes(next.getAs(5), view.inputs()));
                advance();
            }
            return InitialState.row(key, new EntityState(BATCH, readAt, Offsets.NONE.with(offsets), state.toBytes()));
        }
    }
}

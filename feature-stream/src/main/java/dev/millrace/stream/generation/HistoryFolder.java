package dev.millrace.stream.generation;

import com.google.common.collect.AbstractIterator;
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

    private final class States extends AbstractIterator<Row> {
        private final FeatureEngine engine;
        private final Iterator<Row> rows;
        private @Nullable Row next;

        private States(FeatureEngine engine, Iterator<Row> rows) {
            this.engine = engine;
            this.rows = rows;
            this.next = read();
        }

        private @Nullable Row read() {
            return rows.hasNext() ? rows.next() : null;
        }

        @Override
        protected @Nullable Row computeNext() {
            Row row = next;
            if (row == null) {
                return endOfData();
            }
            String key = row.getString(0);
            View view = engine.view(Keyed.name(key)).orElseThrow();
            ViewState state = view.state(Keyed.rest(key));
            Map<TopicPartition, Long> offsets = new HashMap<>();
            while (row != null && row.getString(0).equals(key)) {
                offsets.merge(new TopicPartition(row.getLong(2), row.getInt(3)), row.getLong(4), Math::max);
                state.fold(ProjectedEvent.fromBytes(row.getAs(5), view.inputs()));
                row = read();
            }
            next = row;
            EntityState kept = new EntityState(BATCH, readAt, Offsets.NONE.with(offsets), state.toBytes());
            return InitialState.row(key, kept, state.changedOlder());
        }
    }
}

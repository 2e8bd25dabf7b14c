package dev.millrace.stream.lane;

import com.google.common.collect.AbstractIterator;
import java.time.Clock;
import java.util.Collections;
import java.util.Iterator;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** A task's records as rows of the stateful step: a batch's events of one key come in as few rows as memory allows. */
final class RoutedRows extends AbstractIterator<Row> {
    /** Bytes that a task holds back at most, by far more than a batch of the usual size has. */
    private static final long GREATEST_HOLD = 32 << 20;

    private final RecordRouter router;
    private final Iterator<Row> records;
    private final Clock clock;
    private final Packs packs = new Packs();
    private Iterator<Keyed> ready = Collections.emptyIterator();

    /** @param records rows of {@link KafkaRecord} */
    RoutedRows(RecordRouter router, Iterator<Row> records, Clock clock) {
        this.router = router;
        this.records = records;
        this.clock = clock;
    }

    @Override
    protected @Nullable Row computeNext() {
        if (!ready.hasNext()) {
            while (records.hasNext() && packs.bytes() < GREATEST_HOLD) {
                router.route(KafkaRecord.of(records.next()), packs);
            }
            ready = packs.take().iterator();
        }
        return ready.hasNext() ? ready.next().toRow(clock.instant()) : endOfData();
    }
}

package dev.millrace.training.history;

import com.google.common.collect.AbstractIterator;
import java.util.Collections;
import java.util.Iterator;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** The parts of one record after the other, as rows. */
final class PartIterator extends AbstractIterator<Row> {

    private final Projector projector;
    private final Iterator<Row> records;
    private final Function<Row, Arrived> codec;
    private Iterator<Part> parts = Collections.emptyIterator();

    PartIterator(Projector projector, Iterator<Row> records, Function<Row, Arrived> codec) {
        this.projector = projector;
        this.records = records;
        this.codec = codec;
    }

    @Override
    protected @Nullable Row computeNext() {
        while (!parts.hasNext()) {
            if (!records.hasNext()) {
                return endOfData();
            }
            parts = projector.parts(codec.apply(records.next())).iterator();
        }
        return parts.next().toRow();
    }
}

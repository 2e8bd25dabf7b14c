package dev.millrace.training.history;

import com.google.common.collect.AbstractIterator;
import dev.millrace.feature.Model;
import dev.millrace.feature.SourceRecord;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.RecordCodec;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** Makes rows of their pieces, which come together: sorted by id and time. Holds those of one row at a time. */
final class RowAssembler extends AbstractIterator<Row> {

    /** Event id, event time and arrival in epoch milliseconds, label; then the features. */
    static final int BEFORE_FEATURES = 4;

    private final Model model;
    private final EventType type;
    private final RecordCodec codec;
    private final Iterator<Row> pieces;
    private @Nullable Piece ahead;

    RowAssembler(ModelReference.Compiled model, Iterator<Row> pieces) {
        this.model = model.model();
        this.type = model.rows();
        this.codec = new RecordCodec(type.schema());
        this.pieces = pieces;
    }

    @Override
    protected @Nullable Row computeNext() {
        for (Piece first = piece(); first != null; first = piece()) {
            Gathered gathered = new Gathered();
            gathered.take(first);
            Piece piece = piece();
            while (piece != null && piece.isOfRow(first)) {
                gathered.take(piece);
                piece = piece();
            }
            ahead = piece;
            if (!gathered.deliveries.isEmpty()) {
                return gathered.row();
            }
        }
        return endOfData();
    }

    private @Nullable Piece piece() {
        Piece next = ahead;
        ahead = null;
        return next != null || !pieces.hasNext() ? next : Piece.of(pieces.next());
    }

    /** All that is known of one event. */
    private final class Gathered {
        private final NavigableMap<byte[], byte[]> deliveries = new TreeMap<>(Arrays::compareUnsigned);
        private final Map<byte[], double[][]> answers = new TreeMap<>(Arrays::compareUnsigned);
        private int revision = Integer.MIN_VALUE;
        private double label;

        private void take(Piece piece) {
            if (piece.kind() == Piece.LABEL) {
                label(piece.revision(), piece.value());
                return;
            }
            byte[] record = piece.record();
            if (record.length > 0) {
                deliveries.put(piece.position(), record);
            }
            if (piece.kind() != Piece.UNASKED) {
                answers.computeIfAbsent(piece.position(), position -> unread())[piece.kind()] = piece.values();
            }
        }

        private double[][] unread() {
            return new double[model.bindings().size()][];
        }

        /** The highest revision counts; of two that contradict each other the greater, as in a block. */
        private void label(int found, double value) {
            if (found > revision || (found == revision && value > label)) {
                revision = found;
                label = value;
            }
        }

        /** As of the first delivery: a repetition is no row of its own. */
        private Row row() {
            byte[] position = deliveries.firstKey();
            SourceRecord row =
                    SourceRecord.of(type, codec.decode(deliveries.firstEntry().getValue()));
            double[][] values = answers.getOrDefault(position, unread());
            for (int i = 0; i < values.length; i++) {
                if (values[i] == null) {
                    values[i] = model.read(i, null, row.time());
                }
            }
            double[] vector = model.vector(row.fields(), values);
            Object[] columns = new Object[BEFORE_FEATURES + vector.length];
            columns[0] = row.id();
            columns[1] = row.time();
            columns[2] = Places.arrival(position);
            columns[3] = truth(row);
            for (int i = 0; i < vector.length; i++) {
                columns[BEFORE_FEATURES + i] = vector[i];
            }
            return RowFactory.create(columns);
        }

        /** An event without a label is negative: {@code known_after} has passed. */
        private double truth(SourceRecord row) {
            return revision > Integer.MIN_VALUE
                    ? label
                    : row.ownLabel(type)
                            .map(own -> (Double) own.fields().of("value"))
                            .orElse(0.0);
        }
    }
}

package dev.millrace.training.history;

import dev.millrace.feature.state.ProjectedEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Part} as it comes out of the sort: reads of its row no more than is asked for.
 *
 * @param place view, group, position and turn
 */
record SortedPart(Row row, byte[] place) {

    private static final int HEAD = 8;
    private static final int TURN = 4;

    SortedPart(Row row) {
        this(row, row.getAs(1));
    }

    boolean isOfGroup(SortedPart other) {
        int end = groupEnd();
        return end == other.groupEnd() && Arrays.equals(place, 0, end, other.place, 0, end);
    }

    private int groupEnd() {
        return HEAD + ByteBuffer.wrap(place).getInt(4);
    }

    int view() {
        return ByteBuffer.wrap(place).getInt(0);
    }

    String key() {
        return row.isNullAt(2) ? new String(place, HEAD, groupEnd() - HEAD, StandardCharsets.UTF_8) : row.getString(2);
    }

    /** Null when there is nothing to fold. */
    @Nullable
    ProjectedEvent event(int inputs) {
        return row.isNullAt(3) ? null : ProjectedEvent.fromBytes(row.getAs(3), inputs);
    }

    boolean asks() {
        return !row.isNullAt(4);
    }

    /** The binding that is asked for. */
    int binding() {
        return row.getInt(4);
    }

    /** The moment that is asked about. */
    long time() {
        return Piece.time(row.getAs(5));
    }

    Piece answer(double[] values) {
        byte[] position = Arrays.copyOfRange(place, groupEnd(), place.length - TURN);
        return Piece.answer(row.getAs(5), position, binding(), row.isNullAt(6) ? new byte[0] : row.getAs(6), values);
    }
}

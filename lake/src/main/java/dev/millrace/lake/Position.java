package dev.millrace.lake;

import java.util.Comparator;
import org.apache.spark.sql.Row;

/**
 * Where and when a record came. Ordered as records are folded: by arrival, then by place.
 *
 * @param arrivalTime epoch milliseconds
 * @param topicId Kafka's, as text
 */
public record Position(long arrivalTime, String topicId, int partition, long offset) implements Comparable<Position> {
    private static final Comparator<Position> ORDER = Comparator.comparingLong(Position::arrivalTime)
            .thenComparing(Position::topicId)
            .thenComparingInt(Position::partition)
            .thenComparingLong(Position::offset);

    /** Of a row that a {@link LakeTable} gave. */
    public static Position of(Row row) {
        return new Position(
                row.getLong(Columns.ARRIVAL_TIME),
                row.getString(Columns.TOPIC_ID),
                row.getInt(Columns.PARTITION),
                row.getLong(Columns.OFFSET));
    }

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }
}

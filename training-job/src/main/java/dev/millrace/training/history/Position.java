package dev.millrace.training.history;

import java.util.Comparator;

/**
 * When and where a record came: the order in which a training set is folded.
 *
 * @param arrival epoch milliseconds
 * @param topicId Kafka's id of the topic
 */
record Position(long arrival, String topicId, int partition, long offset) implements Comparable<Position> {

    private static final Comparator<Position> ORDER = Comparator.comparingLong(Position::arrival)
            .thenComparing(Position::topicId)
            .thenComparingInt(Position::partition)
            .thenComparingLong(Position::offset);

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }
}

package dev.millrace.feature.online;

import dev.millrace.feature.state.Fingerprint;

/**
 * One partition of one topic, for good: a topic that was deleted and made again is another one.
 *
 * @param topic 64-bit fingerprint of Kafka's topic id
 */
public record TopicPartition(long topic, int partition) implements Comparable<TopicPartition> {
    /** Bytes of one in an online record. */
    static final int LENGTH = Long.BYTES + Integer.BYTES;

    /** @param topicId Kafka's, as text */
    public static TopicPartition of(String topicId, int partition) {
        return new TopicPartition(Fingerprint.of(topicId), partition);
    }

    @Override
    public int compareTo(TopicPartition other) {
        int order = Long.compare(topic, other.topic);
        return order != 0 ? order : Integer.compare(partition, other.partition);
    }
}

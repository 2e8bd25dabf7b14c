package dev.millrace.ingestion.event;

/**
 * An accepted event on its way to its topic.
 *
 * @param arrivalTime epoch milliseconds
 * @param stated whether the caller stated it
 * @param value Avro single object
 * @param origin what it came with
 */
public record Outgoing(String topic, String key, long arrivalTime, boolean stated, byte[] value, Origin origin) {
    Outgoing(String topic, String key, long arrivalTime, boolean stated, byte[] value) {
        this(topic, key, arrivalTime, stated, value, Origin.UNKNOWN);
    }

    /** The same, with what it came with. */
    public Outgoing from(Origin cause) {
        return new Outgoing(topic, key, arrivalTime, stated, value, cause);
    }
}

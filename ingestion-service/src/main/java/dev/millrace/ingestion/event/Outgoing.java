package dev.millrace.ingestion.event;

/**
 * An accepted event on its way to its topic.
 *
 * @param arrivalTime epoch milliseconds
 * @param stated whether the caller stated it
 * @param value Avro single object
 */
public record Outgoing(String topic, String key, long arrivalTime, boolean stated, byte[] value) {}

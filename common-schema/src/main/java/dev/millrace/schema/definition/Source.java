package dev.millrace.schema.definition;

/** What a view is fed by. */
public sealed interface Source {
    /** The event type that the view follows, directly or through its labels. */
    String eventType();

    /** The events themselves. */
    record Events(String eventType) implements Source {}

    /** What turned out to be true of the events: {@code labels of transactions}. */
    record Labels(String eventType) implements Source {}
}

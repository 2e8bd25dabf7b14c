package dev.millrace.schema.event;

/** Topics of the platform's own. Events have theirs from their type. */
public final class Topics {
    public static final String RAW_EVENTS = "raw-events";
    public static final String LABELS = "labels";
    public static final String PREDICTIONS = "predictions";
    public static final String DEAD_LETTERS = "dead-letter-queue";

    private Topics() {}
}

package dev.millrace.ingestion.feed;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * One event or label on its way.
 *
 * @param path where it goes: an event type, or {@link #LABELS}
 * @param key what shares it stays in order
 * @param time of the event, or of the event that the label is about
 * @param lag from there to its arrival
 * @param body as JSON has it
 */
record Dispatch(String path, String key, Instant time, Duration lag, Map<String, Object> body) {
    static final String LABELS = "labels";

    Instant arrival() {
        return time.plus(lag);
    }

    boolean isLabel() {
        return path.equals(LABELS);
    }
}

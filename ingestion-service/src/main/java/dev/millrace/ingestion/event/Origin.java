package dev.millrace.ingestion.event;

import org.jspecify.annotations.Nullable;

/**
 * The request or record that an event came with, so that the event can be followed.
 *
 * @param traceParent W3C Trace Context
 */
public record Origin(@Nullable String requestId, @Nullable String traceParent) {
    /** Nothing is known of it. */
    public static final Origin UNKNOWN = new Origin(null, null);
}

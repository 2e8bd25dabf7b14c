package dev.millrace.schema.event;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Kafka headers that we write. The record's own timestamp stays the broker's business: retention goes by it. */
public final class Headers {
    /** 8 bytes, epoch milliseconds: when ingestion took the event. */
    public static final String ARRIVAL_TIME = "arrival-time";
    /** Present when the caller stated the arrival time: the event is replayed. */
    public static final String ARRIVAL_STATED = "arrival-stated";
    /** On {@code raw-events}: the type of a bare event. */
    public static final String EVENT_TYPE = "event-type";

    /** Text: the id of the request that a record was sent because of, as {@code X-Request-ID} has it over HTTP. */
    public static final String REQUEST_ID = "x-request-id";
    /** Text: W3C Trace Context. */
    public static final String TRACE_PARENT = "traceparent";

    private Headers() {}

    public static byte[] ofMillis(long millis) {
        return ByteBuffer.allocate(Long.BYTES).putLong(millis).array();
    }

    /** @param otherwise what holds where the header is none that we write */
    public static long millis(byte @Nullable [] header, long otherwise) {
        if (header == null || header.length != Long.BYTES) {
            return otherwise;
        }
        long millis = ByteBuffer.wrap(header).getLong();
        return Storable.isMoment(millis) ? millis : otherwise;
    }
}

package dev.millrace.web;

import java.util.HexFormat;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes the {@link RequestContext} of each request. */
public final class RequestContexts {

    private final LongSupplier random;

    /** @param random any 64 bits */
    public RequestContexts(LongSupplier random) {
        this.random = random;
    }

    /**
     * The caller's names where they are valid, new ones otherwise, and a new span.
     *
     * @param requestId as the caller sent it
     * @param traceParent as the caller sent it
     */
    public RequestContext of(@Nullable String requestId, @Nullable String traceParent) {
        return new RequestContext(requestId(requestId), traceParent(traceParent));
    }

    /** The caller's own, so that both sides can name the request. */
    private String requestId(@Nullable String given) {
        if (given != null && RequestContext.isRequestId(given)) {
            return given;
        }
        long high = random.getAsLong() & ~0xF000L | 0x4000L;
        long low = random.getAsLong() & ~(3L << 62) | 1L << 63;
        return new UUID(high, low).toString();
    }

    private String traceParent(@Nullable String given) {
        HexFormat hex = HexFormat.of();
        String span = hex.toHexDigits(notZero());
        if (given != null && RequestContext.isTraceParent(given)) {
            // Of the flags, only the lowest is known.
            int sampled = Character.digit(given.charAt(54), 16) & 1;
            return "00-" + RequestContext.traceId(given) + "-" + span + "-0" + sampled;
        }
        return "00-" + hex.toHexDigits(random.getAsLong()) + hex.toHexDigits(notZero()) + "-" + span + "-00";
    }

    /** Zero is no id. */
    private long notZero() {
        long id = random.getAsLong();
        return id == 0 ? 1 : id;
    }
}

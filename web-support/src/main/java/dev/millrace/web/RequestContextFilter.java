package dev.millrace.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Gives every request its {@link RequestContext}, says its id in the answer, and puts it into each line of the log. */
final class RequestContextFilter implements Filter {

    static final String REQUEST_ID = "X-Request-ID";
    /** The name in the log. */
    static final String MDC_REQUEST_ID = "request_id";

    static final String MDC_TRACE_ID = "trace_id";

    private final LongSupplier random;

    /** @param random any 64 bits */
    RequestContextFilter(LongSupplier random) {
        this.random = random;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        RequestContext context =
                new RequestContext(requestId(http.getHeader(REQUEST_ID)), traceParent(http.getHeader("traceparent")));
        context.putOn(http);
        ((HttpServletResponse) response).setHeader(REQUEST_ID, context.requestId());
        MDC.put(MDC_REQUEST_ID, context.requestId());
        MDC.put(MDC_TRACE_ID, context.traceId());
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.remove(MDC_REQUEST_ID);
            MDC.remove(MDC_TRACE_ID);
        }
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
            return "00-" + given.substring(3, 35) + "-" + span + "-0" + sampled;
        }
        return "00-" + hex.toHexDigits(random.getAsLong()) + hex.toHexDigits(notZero()) + "-" + span + "-00";
    }

    /** Zero is no id. */
    private long notZero() {
        long id = random.getAsLong();
        return id == 0 ? 1 : id;
    }
}

package dev.millrace.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.slf4j.MDC;

/**
 * What a request is called by in its answer, in logs, and on what is sent because of it.
 *
 * @param requestId the caller's own ({@code X-Request-ID}), or made for it
 * @param traceParent W3C Trace Context: the caller's trace, or a new one, and this service's span in it
 */
public record RequestContext(String requestId, String traceParent) {

    /** The header with the request's id. */
    public static final String REQUEST_ID_HEADER = "X-Request-ID";
    /** The header with the trace. */
    public static final String TRACE_PARENT_HEADER = "traceparent";

    /** The names in the log. */
    static final String MDC_REQUEST_ID = "request_id";

    static final String MDC_TRACE_ID = "trace_id";

    private static final String ATTRIBUTE = RequestContext.class.getName();

    /** Characters; later versions may add some. */
    public static final int TRACE_PARENT_LENGTH = 55;

    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    /** Version, trace, span, flags; what a later version adds behind them is not ours to read. */
    private static final Pattern TRACE_PARENT =
            Pattern.compile("(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    /** Whether it may stand in a log as it is. */
    public static boolean isRequestId(String text) {
        return REQUEST_ID.matcher(text).matches();
    }

    /** Whether it is one after W3C Trace Context. */
    public static boolean isTraceParent(String text) {
        return TRACE_PARENT.matcher(text).matches();
    }

    /** @throws IllegalStateException when the request did not come through the services' filters */
    public static RequestContext of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof RequestContext context) {
            return context;
        }
        throw new IllegalStateException("the request has no context: it did not pass the services' filters");
    }

    void putOn(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** Ends what {@link #inLog} began. */
    public interface Logged extends AutoCloseable {
        @Override
        void close();
    }

    /** Puts both names into each line of the log that this thread writes until it is closed. */
    public Logged inLog() {
        MDC.put(MDC_REQUEST_ID, requestId);
        MDC.put(MDC_TRACE_ID, traceId());
        return () -> {
            MDC.remove(MDC_REQUEST_ID);
            MDC.remove(MDC_TRACE_ID);
        };
    }

    /** The part that all of a trace share. */
    public String traceId() {
        return traceId(traceParent);
    }

    /** @param traceParent a valid one */
    public static String traceId(String traceParent) {
        return traceParent.substring(3, 35);
    }
}

package dev.millrace.prediction.scoring;

import dev.millrace.prediction.web.RequestException;

/**
 * A request as a version reads it.
 *
 * @param by whose rules it was read by
 * @param body to be read by others
 * @param requestId what the request is called, and an event without an id counts under
 * @param traceParent W3C Trace Context, to be passed on
 */
record Asked(ScoringRequest request, Serving by, Body body, String requestId, String traceParent) {

    /** What came. */
    @FunctionalInterface
    interface Body {
        ScoringRequest by(RequestReader reader) throws RequestException;
    }

    /** @throws RequestException when it breaks the version's rules */
    static Asked of(Serving by, Body body, String requestId, String traceParent) throws RequestException {
        return new Asked(body.by(by.reader()), by, body, requestId, traceParent);
    }

    /**
     * The same as another version reads it.
     *
     * @throws RequestException when it breaks that version's rules
     */
    Asked as(Serving other) throws RequestException {
        return other.readsAs(by) ? this : of(other, body, requestId, traceParent);
    }
}

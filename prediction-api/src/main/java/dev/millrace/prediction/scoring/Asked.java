package dev.millrace.prediction.scoring;

/**
 * @param requestId what the request is called, and an event without an id counts under
 * @param traceParent W3C Trace Context, to be passed on
 */
record Asked(ScoringRequest request, String requestId, String traceParent) {}

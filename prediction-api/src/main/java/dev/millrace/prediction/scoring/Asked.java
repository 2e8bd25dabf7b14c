package dev.millrace.prediction.scoring;

/** @param requestId what the request is called, and an event without an id counts under */
record Asked(ScoringRequest request, String requestId) {}

package dev.millrace.ingestion.feed;

import java.time.Instant;
import java.util.List;

/**
 * What arrived within a short time, and is sent at once.
 *
 * @param from the earliest arrival
 * @param to the latest
 */
record Slice(Instant from, Instant to, List<Dispatch> events, List<Dispatch> labels) {}

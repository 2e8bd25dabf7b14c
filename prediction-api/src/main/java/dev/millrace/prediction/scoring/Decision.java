package dev.millrace.prediction.scoring;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was answered to whom: enough to compute it again.
 *
 * @param eventId of the event that was scored, where the request named it
 */
public record Decision(
        Answer answer, String requestId, @Nullable String eventId, Instant answeredAt) {}

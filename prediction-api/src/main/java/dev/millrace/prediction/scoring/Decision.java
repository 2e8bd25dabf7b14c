package dev.millrace.prediction.scoring;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was answered to whom: enough to compute it again.
 *
 * @param traceParent W3C Trace Context that the request came with, or was given
 * @param eventId of the event that was scored, where the request named it
 * @param others what other versions would have answered
 */
public record Decision(
        Answer answer,
        String requestId,
        String traceParent,
        @Nullable String eventId,
        Instant answeredAt,
        List<OtherScore> others) {

    public Decision {
        others = List.copyOf(others);
    }
}

package dev.millrace.prediction.scoring;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was answered to whom: enough to compute it again.
 *
 * @param eventId of the event that was scored, where the request named it
 * @param others what other versions would have answered
 */
public record Decision(
        Answer answer, String requestId, @Nullable String eventId, Instant answeredAt, List<OtherScore> others) {

    public Decision {
        others = List.copyOf(others);
    }
}

package dev.millrace.prediction.scoring;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says of the event to score.
 *
 * @param fields of the row's event type
 * @param replaced values, by {@code binding.feature}, that take the place of stored ones
 * @param id of the event, or null
 * @param time of the event, epoch milliseconds, or null
 */
public record ScoringRequest(
        Map<String, Object> fields,
        Map<String, Double> replaced,
        @Nullable String id,
        @Nullable Long time) {

    public ScoringRequest {
        fields = Map.copyOf(fields);
        replaced = Map.copyOf(replaced);
    }

    /** The fields with the event's time, when it is known. */
    Map<String, Object> row(String timeField, long at) {
        if (time != null) {
            return fields;
        }
        Map<String, Object> row = new HashMap<>(fields);
        row.put(timeField, at);
        return row;
    }
}

package dev.millrace.prediction.scoring;

import dev.millrace.feature.expression.CompiledExpression.Values;
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

    /** The fields with the event's time, {@code at} when it is not known. */
    Values row(String timeField, long at) {
        return time != null ? fields::get : name -> name.equals(timeField) ? (Object) at : fields.get(name);
    }
}

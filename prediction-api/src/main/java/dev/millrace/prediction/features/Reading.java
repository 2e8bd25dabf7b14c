package dev.millrace.prediction.features;

import dev.millrace.feature.Model.Binding;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.online.Progress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one round trip brought.
 *
 * @param progress how far the stream has read
 * @param records by binding of the model
 */
public record Reading(Progress progress, List<Bound> records) {

    public Reading {
        records = List.copyOf(records);
    }

    /**
     * @param entity null when the request does not name it
     * @param record null without an entity; an empty one when the entity was never seen
     */
    public record Bound(
            Binding binding,
            @Nullable String entity,
            @Nullable OnlineRecord record) {}

    /** Whether some events are missing, however late the streams are. */
    public boolean lacksEvents() {
        if (progress.rebuilding()) {
            return true;
        }
        for (Bound bound : records) {
            OnlineRecord found = bound.record();
            if (!progress.keeps(bound.binding().view()) || found != null && found.cut()) {
                return true;
            }
        }
        return false;
    }
}

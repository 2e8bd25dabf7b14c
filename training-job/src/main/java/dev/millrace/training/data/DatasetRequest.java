package dev.millrace.training.data;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a training set is to be made of.
 *
 * @param model its name, or null for the use case's only one
 * @param period of the rows
 * @param lag how long after its time each event is taken to have arrived, and labels when they were known; null for when
 *     they did
 * @param table to write, or null for {@code training_MODEL}
 */
public record DatasetRequest(
        String useCase,
        @Nullable String model,
        Period period,
        @Nullable Duration lag,
        @Nullable String table) {

    public DatasetRequest {
        if (lag != null && lag.isNegative()) {
            throw new IllegalArgumentException("expected --lag of 0 or more, but came " + lag);
        }
        if (table != null && !table.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new IllegalArgumentException(
                    "expected --out to be a table's name of letters, digits and _, but came '" + table + "'");
        }
    }
}

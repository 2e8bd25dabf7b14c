package dev.millrace.training.data;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Between which event times rows lie.
 *
 * @param from the first, or null for 30 days before the last
 * @param to rows are earlier; null for as late as labels are known
 */
public record Period(@Nullable Instant from, @Nullable Instant to) {

    /** The last 30 days whose labels are known. */
    public static final Period LATEST = new Period(null, null);

    public Period {
        if (from != null && to != null && !from.isBefore(to)) {
            throw new IllegalArgumentException("expected --from before --to, but came %s and %s".formatted(from, to));
        }
    }
}

package dev.millrace.training.data;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where training sets come from. */
@FunctionalInterface
public interface TrainingSetSource {

    /**
     * What to read.
     *
     * @param model its name, or null for the use case's only one
     * @param from the first event time of a row, or null for 30 days before the last
     * @param to rows are earlier; null for as late as labels are known
     * @param dataset one that was made before, whatever the times; null to make one
     */
    record Request(
            String useCase,
            @Nullable String model,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable DatasetVersion dataset) {

        public Request {
            if (from != null && to != null && !from.isBefore(to)) {
                throw new IllegalArgumentException(
                        "expected --from before --to, but came %s and %s".formatted(from, to));
            }
        }
    }

    /**
     * Reads the training set of a model.
     *
     * @throws TrainingException when there is no such model, or nothing to train on
     */
    TrainingSet read(Request request);
}

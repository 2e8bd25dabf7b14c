package dev.millrace.training.data;

import org.jspecify.annotations.Nullable;

/** Where training sets come from. */
@FunctionalInterface
public interface TrainingSetSource {

    /**
     * What to read.
     *
     * @param model its name, or null for the use case's only one
     * @param period of the rows
     * @param dataset one that was made before, whatever the period; null to make one
     */
    record Request(
            String useCase,
            @Nullable String model,
            Period period,
            @Nullable DatasetVersion dataset) {}

    /**
     * Reads the training set of a model.
     *
     * @throws TrainingException when there is no such model, or nothing to train on
     */
    TrainingSet read(Request request);
}

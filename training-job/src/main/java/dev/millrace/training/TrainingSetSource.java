package dev.millrace.training;

import org.jspecify.annotations.Nullable;

/** Where training sets come from. */
@FunctionalInterface
public interface TrainingSetSource {

    /**
     * Reads the training set of a model.
     *
     * @param model its name, or null for the use case's only one
     * @throws TrainingException when there is no such model, or nothing to train on
     */
    TrainingSet read(String useCase, @Nullable String model);
}

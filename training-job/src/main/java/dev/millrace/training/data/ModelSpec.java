package dev.millrace.training.data;

import dev.millrace.schema.definition.ModelDefinition.PromotionRule;
import dev.millrace.schema.loader.DefinitionFiles;
import java.time.Duration;

/**
 * What the use case says about a model to train.
 *
 * @param kind what it predicts; {@link #BINARY} is what can be trained
 * @param definitionsDigest digest of the feature definitions behind the training set
 * @param definitions as they were then
 * @param labelsKnownAfter how long after an event its label is known
 * @param promote what a version must reach to be promoted
 */
public record ModelSpec(
        String useCase,
        String model,
        String kind,
        String definitionsDigest,
        DefinitionFiles definitions,
        Duration labelsKnownAfter,
        PromotionRule promote) {

    /** A label of 0 or 1, predicted as a probability. */
    public static final String BINARY = "binary";
}

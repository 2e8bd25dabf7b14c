package dev.millrace.training.history;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A model by its name: what a task is sent, and compiles once per JVM.
 *
 * @param useCases the folder of all use cases
 */
record ModelReference(String useCases, String useCase, String model) implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final ConcurrentHashMap<ModelReference, Compiled> COMPILED = new ConcurrentHashMap<>();

    record Compiled(UseCase useCase, Model model) {

        /** The event type of which each event is a row. */
        EventType rows() {
            return useCase.event(model.definition().rows());
        }
    }

    Compiled compiled() {
        return COMPILED.computeIfAbsent(this, reference -> {
            UseCase loaded = UseCaseLoader.load(Path.of(useCases), useCase);
            return new Compiled(
                    loaded,
                    FeatureEngine.compile(loaded)
                            .model(model)
                            .orElseThrow(
                                    () -> new IllegalStateException("The use case " + useCase + " has lost " + model)));
        });
    }
}

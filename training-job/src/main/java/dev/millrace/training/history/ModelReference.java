package dev.millrace.training.history;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A model by its name: what a task is sent, and compiles once per JVM.
 *
 * @param useCases the folder of all use cases
 */
record ModelReference(String useCases, String useCase, String model) implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final ConcurrentHashMap<ModelReference, Compiled> COMPILED = new ConcurrentHashMap<>();

    /**
     * The model of a use case.
     *
     * @param wanted its name, or null for the only one
     * @throws TrainingException when there is no such model
     */
    static ModelReference choose(Path useCases, String useCase, @Nullable String wanted) {
        List<String> names = FeatureEngine.load(useCases.resolve(useCase)).models().stream()
                .map(Model::name)
                .sorted()
                .toList();
        String name = wanted == null && names.size() == 1 ? names.getFirst() : wanted;
        if (name == null || !names.contains(name)) {
            throw new TrainingException(
                    Code.UNKNOWN_MODEL,
                    "expected --model to be one of %s of the use case %s, but came %s"
                            .formatted(names, useCase, name == null ? "nothing" : name));
        }
        return new ModelReference(useCases.toString(), useCase, name);
    }

    record Compiled(UseCase useCase, DefinitionFiles definitions, Model model) {

        ModelSpec spec() {
            ModelDefinition definition = model.definition();
            return new ModelSpec(
                    useCase.name(),
                    model.name(),
                    definition.kind().name().toLowerCase(Locale.ROOT),
                    model.digest(),
                    definitions,
                    definition.label().knownAfter(),
                    definition.promote());
        }

        /** The event type of which each event is a row. */
        EventType rows() {
            return useCase.event(model.definition().rows());
        }
    }

    Compiled compiled() {
        return COMPILED.computeIfAbsent(this, reference -> {
            FeatureEngine engine = FeatureEngine.load(Path.of(useCases, useCase));
            return new Compiled(
                    engine.useCase(),
                    DefinitionFiles.of(engine.useCase()),
                    engine.model(model)
                            .orElseThrow(
                                    () -> new IllegalStateException("The use case " + useCase + " has lost " + model)));
        });
    }
}

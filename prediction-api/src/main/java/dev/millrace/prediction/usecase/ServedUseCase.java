package dev.millrace.prediction.usecase;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.UseCase;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A use case that this process serves: compiled, and with its example. */
public record ServedUseCase(FeatureEngine engine, Optional<Example> example) {

    /** @throws InvalidUseCaseException holds all that is wrong */
    public static ServedUseCase load(Path folder) {
        return new ServedUseCase(FeatureEngine.load(folder), Example.read(folder.resolve("example.json")));
    }

    public String name() {
        return definition().name();
    }

    public UseCase definition() {
        return engine.useCase();
    }

    /** As its own folder defines them, those that are not asked included. */
    public List<CompiledModel> models() {
        return engine.models().stream()
                .map(model -> new CompiledModel(definition(), model))
                .toList();
    }
}

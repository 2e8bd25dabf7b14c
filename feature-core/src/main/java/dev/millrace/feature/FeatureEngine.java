package dev.millrace.feature;

import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A use case, compiled: its views and models. Thread-safe. */
public final class FeatureEngine {
    private final UseCase useCase;
    private final Map<String, View> views;
    private final Map<String, Model> models;

    private FeatureEngine(UseCase useCase, Map<String, View> views, Map<String, Model> models) {
        this.useCase = useCase;
        this.views = views;
        this.models = models;
    }

    /** @throws InvalidUseCaseException holds everything that is wrong, or that this version does not support */
    public static FeatureEngine compile(UseCase useCase) {
        List<Problem> problems = new ArrayList<>();
        Map<String, View> views = new LinkedHashMap<>();
        for (ViewDefinition definition : useCase.views()) {
            ViewCompiler.compile(useCase, definition, problems).ifPresent(view -> views.put(view.name(), view));
        }
        Map<String, Model> models = new LinkedHashMap<>();
        if (problems.isEmpty()) {
            for (ModelDefinition definition : useCase.models()) {
                ModelCompiler.compile(useCase, definition, views, problems)
                        .ifPresent(model -> models.put(model.name(), model));
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidUseCaseException(useCase.name(), problems);
        }
        return new FeatureEngine(useCase, views, models);
    }

    public UseCase useCase() {
        return useCase;
    }

    public List<View> views() {
        return List.copyOf(views.values());
    }

    public Optional<View> view(String name) {
        return Optional.ofNullable(views.get(name));
    }

    public List<Model> models() {
        return List.copyOf(models.values());
    }

    public Optional<Model> model(String name) {
        return Optional.ofNullable(models.get(name));
    }
}

package dev.millrace.feature;

import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.loader.UseCaseDraft;
import dev.millrace.schema.loader.UseCaseLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

    /**
     * @param folder of the use case
     * @throws InvalidUseCaseException holds everything that is wrong, or that this version does not support
     */
    public static FeatureEngine load(Path folder) {
        return compile(UseCaseLoader.draft(folder));
    }

    /** @throws InvalidUseCaseException holds everything that is wrong, or that this version does not support */
    public static FeatureEngine compile(UseCase useCase) {
        return compile(new UseCaseDraft(useCase, Set.of(), List.of()));
    }

    private static FeatureEngine compile(UseCaseDraft draft) {
        UseCase useCase = draft.readable();
        List<Problem> problems = new ArrayList<>();
        Map<String, View> views = new LinkedHashMap<>();
        Set<String> broken = new HashSet<>(draft.flawed());
        for (ViewDefinition definition : useCase.views()) {
            if (useCase.events().containsKey(definition.source().eventType())) {
                ViewCompiler.compile(useCase, definition, problems).ifPresent(view -> views.put(view.name(), view));
            }
            if (!views.containsKey(definition.name())) {
                broken.add(definition.name());
            }
        }
        views.keySet().removeAll(broken);
        Map<String, Model> models = new LinkedHashMap<>();
        for (ModelDefinition definition : useCase.models()) {
            if (useCase.events().containsKey(definition.rows())) {
                ModelCompiler.compile(useCase, definition, views, broken, problems)
                        .ifPresent(model -> models.put(model.name(), model));
            }
        }
        return new FeatureEngine(draft.without(problems), views, models);
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

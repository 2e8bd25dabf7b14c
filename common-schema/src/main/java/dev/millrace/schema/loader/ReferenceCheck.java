package dev.millrace.schema.loader;

import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.MappingDefinition;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.Suggestion;
import dev.millrace.schema.definition.ViewDefinition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks that every name that a definition uses exists.
 *
 * @param flawed names of views and event types with problems of their own: they are there
 */
record ReferenceCheck(
        Map<String, EventType> events,
        List<Written<ViewDefinition>> views,
        List<Written<ModelDefinition>> models,
        List<Written<MappingDefinition>> mappings,
        Set<String> flawed,
        Problems problems) {

    /** A definition, and the places of its parts. */
    record Written<T>(T definition, YamlMap map) {
        Location at(String key) {
            return map.at(key);
        }
    }

    void run() {
        views.forEach(this::checkView);
        models.forEach(this::checkModel);
        mappings.forEach(this::checkMapping);
    }

    private void checkView(Written<ViewDefinition> written) {
        ViewDefinition view = written.definition();
        EventType event = event(view.source().eventType(), written.at("source"));
        if (event == null) {
            return;
        }
        List<EntityKey.Fields> keys = switch (view.entity()) {
            case EntityKey.Fields fields -> List.of(fields);
            case EntityKey.Alternatives alternatives ->
                alternatives.projections().stream()
                        .map(EntityKey.Projection::key)
                        .toList();
        };
        keys.forEach(key -> fields(event, key.names(), written.at("entity")));
        if (view.shape() instanceof ViewDefinition.Shape.Sequential sequential) {
            fields(event, List.of(sequential.partition()), written.at("partition"));
        }
    }

    private void checkModel(Written<ModelDefinition> written) {
        ModelDefinition model = written.definition();
        EventType event = event(model.rows(), written.at("rows"));
        for (ModelDefinition.Binding binding : model.read().values()) {
            view(binding.view(), binding.at());
            if (event != null) {
                fields(event, binding.key(), binding.at());
            }
        }
        for (ModelDefinition.FeatureUse use : model.features()) {
            if (use instanceof ModelDefinition.FeatureUse.All all
                    && !model.read().containsKey(all.binding())) {
                view(all.binding(), all.at());
            }
        }
    }

    private void checkMapping(Written<MappingDefinition> written) {
        MappingDefinition mapping = written.definition();
        EventType event = event(mapping.event(), written.at("event"));
        if (event != null) {
            fields(event, mapping.fields().keySet(), written.at("fields"));
        }
    }

    private void view(String name, Location at) {
        known("view", name, views.stream().map(view -> view.definition().name()).toList(), at);
    }

    private @Nullable EventType event(String name, Location at) {
        known("event type", name, events.keySet(), at);
        return events.get(name);
    }

    private void fields(EventType event, Collection<String> names, Location at) {
        List<String> known = event.fieldNames();
        names.forEach(name -> known("field of " + event.name(), name, known, at));
    }

    private void known(String kind, String name, Collection<String> known, Location at) {
        if (!known.contains(name) && !flawed.contains(name)) {
            problems.add(
                    at, "unknown-name", "there is no " + kind + " '" + name + "'; " + Suggestion.among(name, known));
        }
    }
}

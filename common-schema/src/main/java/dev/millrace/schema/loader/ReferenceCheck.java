package dev.millrace.schema.loader;

import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.MappingDefinition;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ViewDefinition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks that every name that a definition uses exists. */
record ReferenceCheck(
        Map<String, EventType> events,
        List<ViewDefinition> views,
        List<ModelDefinition> models,
        List<MappingDefinition> mappings,
        Problems problems) {
    void run() {
        views.forEach(this::check);
        models.forEach(this::check);
        mappings.forEach(this::check);
    }

    private void check(ViewDefinition view) {
        EventType event = event(view.source().eventType(), view.at());
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
        keys.forEach(key -> fields(event, key.names(), view.at()));
        if (view.shape() instanceof ViewDefinition.Shape.Sequential sequential) {
            fields(event, List.of(sequential.partition()), view.at());
        }
    }

    private void check(ModelDefinition model) {
        EventType event = event(model.rows(), model.at());
        for (ModelDefinition.Binding binding : model.read().values()) {
            known(
                    "view",
                    binding.view(),
                    views.stream().map(ViewDefinition::name).toList(),
                    binding.at());
            if (event != null) {
                fields(event, binding.key(), binding.at());
            }
        }
        for (ModelDefinition.FeatureUse use : model.features()) {
            if (use instanceof ModelDefinition.FeatureUse.All all
                    && !model.read().containsKey(all.binding())) {
                known(
                        "view",
                        all.binding(),
                        views.stream().map(ViewDefinition::name).toList(),
                        all.at());
            }
        }
    }

    private void check(MappingDefinition mapping) {
        EventType event = event(mapping.event(), mapping.at());
        if (event != null) {
            fields(event, mapping.fields().keySet(), mapping.at());
        }
    }

    private @Nullable EventType event(String name, Location at) {
        known("event type", name, events.keySet(), at);
        return events.get(name);
    }

    private void fields(EventType event, Collection<String> names, Location at) {
        List<String> known =
                event.schema().getFields().stream().map(field -> field.name()).toList();
        names.forEach(name -> known("field of " + event.name(), name, known, at));
    }

    private void known(String kind, String name, Collection<String> known, Location at) {
        if (!known.contains(name)) {
            problems.add(
                    at,
                    "unknown-name",
                    "there is no " + kind + " '" + name + "'; there are "
                            + known.stream().sorted().toList());
        }
    }
}

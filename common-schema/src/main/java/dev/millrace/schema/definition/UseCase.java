package dev.millrace.schema.definition;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a team brings: a folder of definitions, read and checked.
 *
 * @param folder where it lies
 * @param events by name
 * @param settings of the use case's own generator, as written; empty when it has none
 */
public record UseCase(
        String name,
        String title,
        Path folder,
        Map<String, EventType> events,
        List<ViewDefinition> views,
        List<ModelDefinition> models,
        List<MappingDefinition> mappings,
        Map<String, Object> settings) {
    public UseCase {
        events = Map.copyOf(events);
        views = List.copyOf(views);
        models = List.copyOf(models);
        mappings = List.copyOf(mappings);
        settings = Map.copyOf(settings);
    }

    public Optional<ViewDefinition> view(String wanted) {
        return views.stream().filter(view -> view.name().equals(wanted)).findFirst();
    }

    public Optional<ModelDefinition> model(String wanted) {
        return models.stream().filter(model -> model.name().equals(wanted)).findFirst();
    }

    /** @throws IllegalArgumentException names the event types there are */
    public EventType event(String wanted) {
        EventType event = events.get(wanted);
        if (event == null) {
            throw new IllegalArgumentException("The use case '" + name + "' has no event type '" + wanted + "'; it has "
                    + events.keySet().stream().sorted().toList());
        }
        return event;
    }
}

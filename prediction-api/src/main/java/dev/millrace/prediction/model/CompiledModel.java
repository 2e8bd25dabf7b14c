package dev.millrace.prediction.model;

import dev.millrace.feature.Model;
import dev.millrace.feature.View;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import java.util.List;

/** A model as a use case defines it: the service's own folder, or the definitions in a version's package. */
public record CompiledModel(UseCase useCase, Model model) {

    public String name() {
        return model.name();
    }

    /** The event type of which each event is a row. */
    public EventType rows() {
        return useCase.event(model.definition().rows());
    }

    /** What it reads, each once. */
    public List<View> views() {
        return model.bindings().stream().map(Model.Binding::view).distinct().toList();
    }
}

package dev.millrace.prediction.model;

import dev.millrace.feature.Model;
import dev.millrace.feature.View;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FieldRule.Personal;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.UseCase;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A model as a use case defines it: the service's own folder, or the definitions in a version's package. */
public record CompiledModel(UseCase useCase, Model model) {

    public String name() {
        return model.name();
    }

    /** The event type of which each event is a row. */
    public EventType rows() {
        return useCase.event(model.definition().rows());
    }

    /** The fields of its rows that requests and questions name, and that are kept as hashes. */
    public SortedSet<String> hashedFields() {
        EventType rows = rows();
        Stream<String> asked = model.definition().serve().stream()
                .flatMap(serve -> serve.request().stream().map(RequestField::name));
        Stream<String> entities = model.bindings().stream().flatMap(binding -> binding.key().stream());
        return Stream.of(Stream.of(rows.idField()), asked, entities)
                .flatMap(Function.identity())
                .filter(rows.rules()::containsKey)
                .filter(field -> rows.rule(field).personal().equals(Optional.of(Personal.HASH)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What it reads, each once. */
    public List<View> views() {
        return model.bindings().stream().map(Model.Binding::view).distinct().toList();
    }
}

package dev.millrace.prediction.usecase;

import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What two use cases both claim in one process. Views, features and what is learnt may be called alike: they are only ever
 * spoken of together with their use case or model.
 */
final class Conflicts {

    private Conflicts() {}

    /** For each two use cases that have any, all of them. */
    static List<String> among(List<ServedUseCase> useCases) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < useCases.size(); i++) {
            for (int j = i; j < useCases.size(); j++) {
                ServedUseCase one = useCases.get(i);
                ServedUseCase other = useCases.get(j);
                List<String> problems = i == j ? paths(one, other) : all(one, other);
                if (!problems.isEmpty()) {
                    found.add("%s cannot be served by one process, there %s:\n  %s"
                            .formatted(
                                    i == j
                                            ? "The models of the use case '" + one.name() + "'"
                                            : "The use cases '" + one.name() + "' and '" + other.name() + "'",
                                    problems.size() == 1 ? "is 1 conflict" : "are " + problems.size() + " conflicts",
                                    String.join("\n  ", problems)));
                }
            }
        }
        return found;
    }

    private static List<String> all(ServedUseCase one, ServedUseCase other) {
        List<String> problems = new ArrayList<>();
        for (ModelDefinition model : one.definition().models()) {
            other.definition()
                    .model(model.name())
                    .ifPresent(twin -> problems.add("%s and %s are both a model '%s', by which the registry, paths and"
                                    .formatted(at(one, model.at()), at(other, twin.at()), model.name())
                            + " figures know it; rename one [duplicate-model]"));
        }
        problems.addAll(paths(one, other));
        for (String type : new TreeSet<>(one.definition().events().keySet())) {
            if (other.definition().events().containsKey(type)) {
                problems.add("events/%s.avsc is in both: its events are in one table, and its labels under one name;"
                                .formatted(type)
                        + " rename one [duplicate-event-type]");
            }
        }
        return problems;
    }

    private static List<String> paths(ServedUseCase one, ServedUseCase other) {
        List<String> problems = new ArrayList<>();
        for (ModelDefinition model : one.definition().models()) {
            for (ModelDefinition another : other.definition().models()) {
                boolean seenAlready = one.equals(other) && model.name().compareTo(another.name()) >= 0;
                if (!seenAlready) {
                    shared(model, another)
                            .ifPresent(path -> problems.add("%s and %s are both asked at '%s'; give one another path"
                                            .formatted(at(one, served(model)), at(other, served(another)), path)
                                    + " [duplicate-path]"));
                }
            }
        }
        return problems;
    }

    private static Optional<String> shared(ModelDefinition one, ModelDefinition other) {
        return one.serve()
                .map(ServeDefinition::path)
                .filter(path -> other.serve()
                        .map(ServeDefinition::path)
                        .filter(path::equals)
                        .isPresent());
    }

    private static Location served(ModelDefinition model) {
        return model.serve().map(ServeDefinition::at).orElse(model.at());
    }

    private static String at(ServedUseCase useCase, Location at) {
        return useCase.name() + "/" + at;
    }
}

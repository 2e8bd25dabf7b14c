package dev.millrace.prediction.label;

import dev.millrace.prediction.usecase.ServedUseCases;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.web.security.Caller;
import java.util.SortedMap;
import java.util.TreeMap;

/** An event type whose events' truth becomes known, and whose it is. */
record LabelledType(UseCase useCase, EventType type) {

    /** By name. */
    static SortedMap<String, LabelledType> of(ServedUseCases useCases) {
        SortedMap<String, LabelledType> labelled = new TreeMap<>();
        for (UseCase useCase : useCases.definitions()) {
            for (EventType type : useCase.events().values()) {
                if (type.label().isPresent()) {
                    labelled.put(type.name(), new LabelledType(useCase, type));
                }
            }
        }
        return labelled;
    }

    /** The same, of the use cases that a caller sees. */
    static SortedMap<String, LabelledType> seenBy(Caller caller, SortedMap<String, LabelledType> all) {
        SortedMap<String, LabelledType> seen = new TreeMap<>(all);
        seen.values().removeIf(type -> !caller.sees(type.useCase().name()));
        return seen;
    }

    LabelFactory factory() {
        return new LabelFactory(useCase, type);
    }
}

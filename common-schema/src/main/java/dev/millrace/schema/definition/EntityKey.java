package dev.millrace.schema.definition;

import java.util.List;
import java.util.Map;

/** What a view keeps one block for. */
public sealed interface EntityKey {
    /**
     * One or more fields of the event.
     *
     * @param unordered whether (a, b) and (b, a) are the same entity
     */
    record Fields(List<String> names, boolean unordered) implements EntityKey {
        public Fields {
            if (names.isEmpty()) {
                throw new IllegalArgumentException("An entity needs at least one field");
            }
            names = List.copyOf(names);
        }
    }

    /** Several entities of one event, each with names of its own for the event's fields. */
    record Alternatives(List<Projection> projections) implements EntityKey {
        public Alternatives {
            if (projections.isEmpty()) {
                throw new IllegalArgumentException("An entity needs at least one alternative");
            }
            projections = List.copyOf(projections);
        }
    }

    /** @param let names that the view's features use, each an expression over the event */
    record Projection(Fields key, Map<String, Expression> let) {
        public Projection {
            let = Map.copyOf(let);
        }
    }
}

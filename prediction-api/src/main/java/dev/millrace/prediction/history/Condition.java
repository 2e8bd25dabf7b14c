package dev.millrace.prediction.history;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Part of a {@code where}, with the values of its parameters. */
record Condition(String sql, List<Object> parameters) {

    Condition {
        parameters = List.copyOf(parameters);
    }

    static Condition of(String sql, Object... parameters) {
        return new Condition(sql, List.of(parameters));
    }

    static Condition all(List<Condition> conditions) {
        return joined(conditions, " and ");
    }

    static Condition any(List<Condition> conditions) {
        return joined(conditions, " or ");
    }

    private static Condition joined(List<Condition> conditions, String word) {
        List<Object> values = new ArrayList<>();
        conditions.forEach(condition -> values.addAll(condition.parameters()));
        return new Condition(
                conditions.stream().map(Condition::sql).collect(Collectors.joining(word, "(", ")")), values);
    }

    Condition and(Condition other) {
        return all(Stream.of(this, other).toList());
    }
}

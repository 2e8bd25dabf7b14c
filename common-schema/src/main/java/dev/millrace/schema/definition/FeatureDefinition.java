package dev.millrace.schema.definition;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One line of a view: an operation over windows. Gives one feature per window, named {@code name_window}.
 *
 * @param operation such as {@code mean}; the engine says which it supports
 * @param argument a field or a condition; {@code all} for {@code count: all}
 * @param where only events for which this holds
 * @param by one feature per value of this field
 * @param empty the value over no events, instead of the operation's own
 * @param parameters further settings of the operation, as written
 */
public record FeatureDefinition(
        String name,
        String operation,
        Expression argument,
        List<WindowDefinition> over,
        Optional<Expression> where,
        Optional<String> by,
        Optional<Double> empty,
        Map<String, String> parameters,
        Location at) {
    public FeatureDefinition {
        over = List.copyOf(over);
        parameters = Map.copyOf(parameters);
    }
}

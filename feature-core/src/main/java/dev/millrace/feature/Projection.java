package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.EntityText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an event concerns one of its entities.
 *
 * @param aliases names that stand for a field of the event
 * @param computed names that stand for an expression over it
 */
record Projection(EntityKey.Fields key, Map<String, String> aliases, Map<String, CompiledExpression> computed) {
    Projection {
        aliases = Map.copyOf(aliases);
        computed = Map.copyOf(computed);
    }

    /** The event's fields, and this projection's names for them. */
    Values over(Values fields) {
        if (aliases.isEmpty() && computed.isEmpty()) {
            return fields;
        }
        return name -> {
            String field = aliases.get(name);
            CompiledExpression expression = computed.get(name);
            if (expression != null) {
                double number = expression.number(fields);
                return Double.isNaN(number) ? null : (Object) number;
            }
            return fields.of(field == null ? name : field);
        };
    }

    /** The text of the key from fields of these names, or empty when one is missing. */
    Optional<String> entity(List<String> names, Values fields) {
        List<@Nullable Object> values = new ArrayList<>();
        for (String name : names) {
            Object value = fields.of(name);
            if (value == null) {
                return Optional.empty();
            }
            values.add(value.toString());
        }
        if (key.unordered()) {
            values.sort(Comparator.comparing(String::valueOf));
        }
        return Optional.of(
                EntityText.join(key.names(), name -> values.get(key.names().indexOf(name))));
    }
}

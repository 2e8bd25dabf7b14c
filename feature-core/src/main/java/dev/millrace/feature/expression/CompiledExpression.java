package dev.millrace.feature.expression;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A checked expression. Thread-safe. */
public final class CompiledExpression {
    private final String text;
    private final Variables.Type type;
    private final Set<String> names;
    private final Variables variables;
    private final CelRuntime.Program program;

    CompiledExpression(
            String text, Variables.Type type, Set<String> names, Variables variables, CelRuntime.Program program) {
        this.text = text;
        this.type = type;
        this.names = names;
        this.variables = variables;
        this.program = program;
    }

    /** A name's value: a number, text, a Boolean, or null when it is missing. Times are epoch milliseconds. */
    @FunctionalInterface
    public interface Values {
        @Nullable
        Object of(String name);
    }

    /** What it gives. */
    public Variables.Type type() {
        return type;
    }

    public boolean isCondition() {
        return type == Variables.Type.CONDITION;
    }

    /** The names it uses. */
    public Set<String> names() {
        return names;
    }

    public String text() {
        return text;
    }

    /** The value; a condition is 1 or 0. NaN when it is not finite, or cannot be computed from what there is. */
    public double number(Values values) {
        try {
            Object result = program.eval(name -> resolve(name, values));
            double number = switch (result) {
                case Boolean holds -> holds ? 1 : 0;
                case Number value -> value.doubleValue();
                // CEL's "unknown": it needs a time or a condition that is missing.
                default -> Double.NaN;
            };
            return Double.isFinite(number) ? number : Double.NaN;
        } catch (CelEvaluationException e) {
            // A whole number that overflows, say: no value, as for any other missing input.
            return Double.NaN;
        }
    }

    /** The text that an expression of texts gives; null when it cannot be computed from what there is. */
    public @Nullable String words(Values values) {
        try {
            return program.eval(name -> resolve(name, values)) instanceof String words ? words : null;
        } catch (CelEvaluationException e) {
            // A whole number of what is missing, say: no value, as above.
            return null;
        }
    }

    private Optional<Object> resolve(String name, Values values) {
        Variables.Type type = variables.types().get(name);
        if (type == null) {
            return Optional.empty();
        }
        Object value = values.of(name);
        return switch (type) {
            case NUMBER -> Optional.of(value instanceof Number number ? number.doubleValue() : Double.NaN);
            case TIME -> value instanceof Number number ? Optional.of(number.longValue()) : Optional.empty();
            case TEXT -> Optional.of(value == null ? "" : value.toString());
            case CONDITION -> value instanceof Boolean ? Optional.of(value) : Optional.empty();
        };
    }
}

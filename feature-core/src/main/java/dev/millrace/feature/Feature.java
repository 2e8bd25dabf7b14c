package dev.millrace.feature;

import dev.millrace.feature.expression.Variables.Type;
import dev.millrace.feature.operation.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One number that a view can read from a block.
 *
 * @param name its own and the window's
 * @param input index of its input
 * @param unit what divides a scaled number
 * @param empty over no events or no values
 * @param kind what the number stands for in expressions
 */
public record Feature(
        String name, Operation operation, Window window, int input, double unit, double empty, Kind kind) {
    /**
     * A number, unless it is an enum's, a truth's or a time's.
     *
     * @param symbols of an enum
     */
    public record Kind(Type type, List<String> symbols) {
        static final Kind NUMBER = new Kind(Type.NUMBER, List.of());

        public Kind {
            symbols = List.copyOf(symbols);
        }

        /** The value for an expression; null is missing. */
        @Nullable
        Object value(double number) {
            if (Double.isNaN(number)) {
                return null;
            }
            return switch (type) {
                case NUMBER -> (Object) number;
                case TIME -> (Object) (long) number;
                case TEXT -> symbols.get((int) number);
                case CONDITION -> number == 1;
            };
        }
    }
}

package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression;
import org.jspecify.annotations.Nullable;

/** A field of an answer, ready to be filled. Thread-safe. */
public sealed interface ResponseField {

    String name();

    /**
     * What was decided.
     *
     * @param ofClasses whether that is a class's name, else 0 or 1
     */
    record Decision(String name, boolean ofClasses) implements ResponseField {}

    /** What the decision rests on: of classes, the decided one's probability. */
    record Score(String name) implements ResponseField {}

    /** A number made of what the model gives, by its names. */
    record Computed(String name, CompiledExpression expression) implements ResponseField {

        /** NaN when it is not finite, or uses what is not given. */
        public double of(CompiledExpression.Values given) {
            return expression.number(given);
        }
    }

    /** A text made of what the model gives, by its names. */
    record Text(String name, CompiledExpression expression) implements ResponseField {

        /** Null when it uses what is not given, or what is not finite in a place for whole numbers. */
        public @Nullable String of(CompiledExpression.Values given) {
            return expression.words(given);
        }
    }
}

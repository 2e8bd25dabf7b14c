package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.schema.definition.ModelDefinition.Answer;
import java.util.List;

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

    /** A number made of {@link Answer#SCORE} and of the classes' probabilities by their names. */
    record Computed(String name, CompiledExpression expression) implements ResponseField {

        /**
         * NaN when it is not finite, or uses a class that is not among these.
         *
         * @param probabilities of the classes, in their order
         */
        public double of(double score, List<String> classes, double[] probabilities) {
            return expression.number(used -> {
                int place = classes.indexOf(used);
                return used.equals(Answer.SCORE) ? (Double) score : place < 0 ? null : (Double) probabilities[place];
            });
        }
    }
}

package dev.millrace.schema.definition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model: the rows it learns from, the features it sees, and how it is asked.
 *
 * @param classes what a {@link Kind#MULTICLASS} model tells apart, in the order of its outputs; none of another kind
 * @param estimates further numbers of the row, each given by trees of its own that see the same features
 * @param rows the event type that gives one row per event
 * @param current whether a row's own event counts in its features
 * @param read further bindings of a view, by the name that features use
 */
public record ModelDefinition(
        String name,
        Kind kind,
        List<String> classes,
        List<String> estimates,
        String rows,
        Current current,
        LabelDefinition label,
        Map<String, Binding> read,
        List<FeatureUse> features,
        Optional<ServeDefinition> serve,
        PromotionRule promote,
        ChallengeRule challenge,
        Location at) {
    public ModelDefinition {
        // In the order written, which every process has to see: the digest and the vector follow it.
        read = Collections.unmodifiableMap(new LinkedHashMap<>(read));
        features = List.copyOf(features);
        classes = List.copyOf(classes);
        estimates = List.copyOf(estimates);
    }

    /** What the model gives, by name and in order: the score, or each class's probability; then the estimates. */
    public List<String> outputs() {
        return outputs(classes, estimates);
    }

    /** What a model of these classes and estimates gives. */
    public static List<String> outputs(List<String> classes, List<String> estimates) {
        List<String> outputs = new ArrayList<>(classes.isEmpty() ? List.of(Answer.SCORE) : classes);
        outputs.addAll(estimates);
        return outputs;
    }

    public enum Kind {
        BINARY,
        MULTICLASS,
        REGRESSION,
        COUNT
    }

    /** The event being scored. */
    public enum Current {
        /** It counts, once, whether it was read already or not. */
        INCLUDED,
        /** Windows end a millisecond before it. */
        EXCLUDED
    }

    /** @param value the name of what is learnt: a field of the row's event, known after a while */
    public record LabelDefinition(String value, Duration knownAfter) {}

    /** @param key the row's fields that name the entity to read */
    public record Binding(String view, List<String> key, Location at) {
        public Binding {
            key = List.copyOf(key);
        }
    }

    /** What the model is given. */
    public sealed interface FeatureUse {
        Location at();

        /** Every feature of a binding: {@code BINDING.*}. */
        record All(String binding, Location at) implements FeatureUse {}

        /** One feature or derived value. */
        record Named(String name, Expression expression) implements FeatureUse {
            @Override
            public Location at() {
                return expression.at();
            }
        }
    }

    /**
     * How the model is asked.
     *
     * @param path such as {@code /predict}
     * @param request in the order written
     * @param response name to what it holds, in the order written
     * @param fallback what is answered when no model can: each of {@link ModelDefinition#outputs()}, in their order
     */
    public record ServeDefinition(
            String path,
            List<RequestField> request,
            Map<String, Answer> response,
            List<Expression> fallback,
            Location at) {
        public ServeDefinition {
            request = List.copyOf(request);
            response = Collections.unmodifiableMap(new LinkedHashMap<>(response));
            fallback = List.copyOf(fallback);
        }
    }

    /**
     * @param replaces a feature, {@code binding.feature}, whose stored value gives way to the request's
     */
    public record RequestField(String name, FieldRule rule, Optional<String> replaces, Location at) {}

    /** What a field of an answer holds. */
    public sealed interface Answer {
        /** What a response and its expressions call {@link Score}. */
        String SCORE = "score";

        /** 0 or 1, or the name of the most probable class. */
        record Decision() implements Answer {}

        /** What the decision rests on: of classes, the decided one's probability. */
        record Score() implements Answer {}

        /** A number or a text made of {@code score}, of classes each one's probability, and estimates, by their names. */
        record Computed(Expression expression) implements Answer {}
    }

    /**
     * When a new version takes over.
     *
     * @param better the metric in which it must be better than the champion
     * @param significance the greatest p of a paired test
     * @param atLeast floors, by metric; all that counts without a champion
     */
    public record PromotionRule(String better, double significance, Map<String, Double> atLeast) {
        public PromotionRule {
            atLeast = Map.copyOf(atLeast);
        }
    }

    /**
     * How a challenger is tried on what really happens.
     *
     * @param share of the entities that it answers for, 0 to 1
     * @param labelled how many answers with a known truth are compared before anything is concluded
     * @param then what follows when it is better, as {@link PromotionRule} means it
     */
    public record ChallengeRule(double share, int labelled, Then then) {
        /** Where a model says nothing. */
        public static final ChallengeRule DEFAULT = new ChallengeRule(0.1, 1_000, Then.PROPOSE);

        public ChallengeRule {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("'share' is a number from 0 to 1; found " + share);
            }
            if (labelled < 1) {
                throw new IllegalArgumentException("'labelled' is a number of at least 1; found " + labelled);
            }
        }
    }

    /** What follows when a challenger is better. */
    public enum Then {
        /** People are told. */
        PROPOSE,
        /** It becomes the champion. */
        PROMOTE
    }
}

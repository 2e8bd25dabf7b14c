package dev.millrace.schema.definition;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The features kept per entity from one source.
 *
 * @param delay how far the right edge of every window lies behind the moment of reading
 * @param horizon how far behind the newest event one may come and still be kept to the millisecond, or still be put in its
 *     place in a sequential view
 * @param duplicates how far behind the newest event an event is still told from its repetition (H)
 * @param shape how the view's state is kept and read
 */
public record ViewDefinition(
        String name,
        EntityKey entity,
        Source source,
        Resolution resolution,
        Duration delay,
        Duration horizon,
        Optional<Duration> duplicates,
        Shape shape,
        List<FeatureDefinition> features,
        Location at) {
    public static final Duration DEFAULT_HORIZON = Duration.ofSeconds(60);
    /** Of a sequential view. */
    public static final Duration DEFAULT_DEPTH = Duration.ofDays(7);

    public static final Duration DEFAULT_DUPLICATES = Duration.ofHours(24);

    public ViewDefinition {
        features = List.copyOf(features);
    }

    /** How a view's state is kept and read. */
    public sealed interface Shape {
        /** Windows that end at the moment of reading. */
        record Windows() implements Shape {}

        /**
         * Windows {@code [start, end)} at whole multiples of the width, appended to a table once they are over.
         *
         * @param table several views of the same entity and width may share one
         */
        record Tumbling(Duration width, String table) implements Shape {
            public Tumbling {
                if (width.isZero()) {
                    throw new IllegalArgumentException("A tumbling window is at least 1ms wide");
                }
            }
        }

        /**
         * A fold in order of time, written in Java and found by its name.
         *
         * @param partition the field whose values keep apart all entities that can meet
         * @param settle how old an event must be before it counts
         * @param settings of the fold, by name
         */
        record Sequential(String fold, String partition, Duration settle, Map<String, Double> settings)
                implements Shape {
            public Sequential {
                // In one order in every process: a view's version is made of it.
                settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
            }
        }
    }
}

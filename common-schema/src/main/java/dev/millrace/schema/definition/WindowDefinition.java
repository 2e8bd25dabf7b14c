package dev.millrace.schema.definition;

import java.time.Duration;

/** The span of events that a feature is computed over. */
public sealed interface WindowDefinition {
    /** As written: the ending of the feature's name. */
    String text();

    /** The last {@code width} before the moment of reading. */
    record Sliding(String text, Duration width) implements WindowDefinition {
        public Sliding {
            if (width.isZero()) {
                throw new IllegalArgumentException("A window is at least 1ms wide");
            }
        }
    }

    /** Everything since the entity was first seen. */
    record Lifetime(String text) implements WindowDefinition {}

    /** Weights that halve every {@code halfLife}, over a width. */
    record Decay(String text, Duration halfLife, Duration over) implements WindowDefinition {}

    /** The run of events with gaps of at most {@code gap} that reaches the moment of reading. */
    record Session(String text, Duration gap, Duration longest) implements WindowDefinition {}
}

package dev.millrace.prediction.model;

import java.util.Locale;

/** What the registry calls the versions that take part. */
public enum Alias {
    /** Answers. */
    CHAMPION,
    /** Answers for a share of the entities, and says of the others what it would have answered. */
    CHALLENGER,
    /** Says of every request what it would have answered; nobody is told. */
    SHADOW;

    /** As the registry, answers and metrics have it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}

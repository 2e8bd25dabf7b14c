package dev.millrace.prediction.scoring;

/** Keeps what was answered. */
@FunctionalInterface
public interface Decisions {

    /** Never waits: a request does not depend on it. */
    void add(Decision decision);
}

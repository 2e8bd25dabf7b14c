package dev.millrace.prediction.scoring;

import dev.millrace.prediction.web.RequestException;

/** What came of one of many: one that is refused does not fail the others. */
sealed interface Tried<T> {

    record Done<T>(T value) implements Tried<T> {}

    record Refused<T>(RequestException problem) implements Tried<T> {}

    /** For those who would rather fail with the first that is refused. */
    default T orThrow() throws RequestException {
        return switch (this) {
            case Done<T>(T value) -> value;
            case Refused<T>(RequestException problem) -> throw problem;
        };
    }

    /** What may refuse. */
    @FunctionalInterface
    interface Attempt<T> {
        T make() throws RequestException;
    }

    static <T> Tried<T> of(Attempt<T> attempt) {
        try {
            return new Done<>(attempt.make());
        } catch (RequestException e) {
            return new Refused<>(e);
        }
    }
}

package dev.millrace.schema.loader;

import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Collects mistakes, so that one run reports them all. */
final class Problems {
    private final List<Problem> found = new ArrayList<>();

    void add(Location at, String code, String message) {
        found.add(new Problem(at, code, message));
    }

    /** Gives up the definition being read; what is after it is still read. */
    Rejected reject(Location at, String code, String message) {
        add(at, code, message);
        return new Rejected();
    }

    /** Empty when the definition was given up: the problem is noted already. */
    <T> Optional<T> attempt(Supplier<T> definition) {
        try {
            return Optional.of(definition.get());
        } catch (Rejected e) {
            return Optional.empty();
        }
    }

    List<Problem> sorted() {
        return found.stream()
                .distinct()
                .sorted(Comparator.comparing((Problem problem) -> problem.at().file())
                        .thenComparing(problem -> problem.at().line()))
                .toList();
    }

    boolean none() {
        return found.isEmpty();
    }

    /** Unwinds to the nearest {@link #attempt}. */
    static final class Rejected extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Rejected() {
            super(null, null, false, false);
        }
    }
}

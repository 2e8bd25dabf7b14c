package dev.millrace.schema.loader;

import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Collects mistakes, so that one run reports them all. */
final class Problems {
    private final List<Problem> found = new ArrayList<>();

    void add(Location at, String code, String message) {
        found.add(new Problem(at, code, message));
    }

    /** Gives up the definition being read; what is after it is still read. */
    Rejected reject(Location at, String code, String message) {
        add(at, code, message);
        return giveUp();
    }

    /** The same once its problems are noted. */
    Rejected giveUp() {
        return new Rejected();
    }

    int count() {
        return found.size();
    }

    /** The part of a definition that was attempted; without it the definition is given up, too. */
    <T> T need(Optional<T> attempted) {
        return attempted.orElseThrow(Rejected::new);
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
        return sorted(found.stream());
    }

    /** In the order of files and lines, each once. */
    static List<Problem> sorted(Stream<Problem> problems) {
        return problems.distinct()
                .sorted(Comparator.comparing((Problem problem) -> problem.at().file())
                        .thenComparing(problem -> problem.at().line()))
                .toList();
    }

    /** Unwinds to the nearest {@link #attempt}. */
    static final class Rejected extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Rejected() {
            super(null, null, false, false);
        }
    }
}

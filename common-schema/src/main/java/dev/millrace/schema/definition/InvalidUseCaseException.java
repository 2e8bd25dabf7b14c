package dev.millrace.schema.definition;

import java.util.List;
import java.util.stream.Collectors;

/** A use case that cannot be run. Holds every problem found, in the order of files and lines. */
public final class InvalidUseCaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public InvalidUseCaseException(String useCase, List<Problem> problems) {
        super("The use case '" + useCase + "' has " + problems.size()
                + (problems.size() == 1 ? " problem" : " problems")
                + ":\n"
                + problems.stream().map(problem -> "  " + problem).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}

package dev.millrace.schema.event;

import java.util.List;
import java.util.stream.Collectors;

/** An event that its type does not allow: the sender's fault. */
public final class InvalidEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;

    public InvalidEventException(List<Violation> violations) {
        super(violations.stream().map(Violation::message).collect(Collectors.joining("; ")));
        if (violations.isEmpty()) {
            throw new IllegalArgumentException("An invalid event has at least one violation");
        }
        this.violations = List.copyOf(violations);
    }

    public InvalidEventException(String field, String code, String message) {
        this(List.of(new Violation(field, code, message)));
    }

    /** The same, about fields of an object within the event. */
    public InvalidEventException within(String object) {
        return new InvalidEventException(violations.stream()
                .map(violation -> new Violation(
                        object + "." + violation.field(),
                        violation.code(),
                        "in '" + object + "': " + violation.message()))
                .toList());
    }

    public List<Violation> violations() {
        return violations;
    }

    /** The first violation's code. */
    public String code() {
        return violations.getFirst().code();
    }

    /** The first violation's field. */
    public String field() {
        return violations.getFirst().field();
    }

    /**
     * @param field empty when it is about the event as a whole
     * @param code stable: {@code missing-field}, {@code wrong-type}, {@code out-of-range}, {@code unknown-field}, …
     * @param message names the field, what was expected and what came; never a personal datum's value
     */
    public record Violation(String field, String code, String message) {}
}

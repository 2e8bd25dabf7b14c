package dev.millrace.schema.definition;

/**
 * One mistake in a use case.
 *
 * @param at where it is written
 * @param code stable, for programs
 * @param message what was expected, what came, what to write instead
 */
public record Problem(Location at, String code, String message) {
    @Override
    public String toString() {
        return at + ": " + message + " [" + code + "]";
    }
}

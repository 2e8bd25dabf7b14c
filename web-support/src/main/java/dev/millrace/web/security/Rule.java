package dev.millrace.web.security;

/** Who may call an operation. */
public sealed interface Rule {

    /** Everybody, known or not. */
    record Open() implements Rule {}

    /** Callers with this role, or one that includes it. */
    record Needs(Role role) implements Rule {}
}

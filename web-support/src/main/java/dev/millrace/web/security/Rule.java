package dev.millrace.web.security;

/** Who may call an operation. */
public sealed interface Rule {

    /** Everybody, known or not. */
    record Open() implements Rule {}

    /** Callers with this role, or one that includes it, who see what the operation is about. */
    record Needs(Role role, Scope scope) implements Rule {}
}

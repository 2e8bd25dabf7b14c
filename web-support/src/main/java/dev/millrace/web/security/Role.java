package dev.millrace.web.security;

import java.util.Locale;
import java.util.Optional;

/** What a caller may do. Each role includes those before it. */
public enum Role {
    /** Reads features, models and the documentation. */
    READER,
    /** Asks for predictions and sends events. */
    SCORER,
    /** Sends labels and states when events arrived. */
    OPERATOR,
    /** Does everything. */
    ADMIN;

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    /** As it is written in keys, tokens and documents. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role that is written so. */
    public static Optional<Role> of(String text) {
        for (Role role : values()) {
            if (role.text().equals(text)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}

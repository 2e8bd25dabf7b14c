package dev.millrace.web.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;

/**
 * Who sent a request.
 *
 * @param id the name of its key, or its token's subject: for logs, never a secret
 * @param roles none: it may call only what is open
 * @param useCases what it gets to see; {@code *} for all
 */
public record Caller(String id, Set<Role> roles, Set<String> useCases) {

    /** Stands in the list of use cases for all of them. */
    public static final String ALL = "*";

    /** Everybody, while the service asks for no keys: then only this machine reaches it. */
    static final Caller LOCAL = new Caller("local", Set.of(Role.ADMIN), Set.of(ALL));

    /** Everybody, while a network of unknown callers reaches a service that asks for no keys. */
    static final Caller ANYBODY = new Caller("anybody", Set.of(Role.SCORER), Set.of(ALL));

    /** Whoever calls what is open. */
    static final Caller NOBODY = new Caller("nobody", Set.of(), Set.of());

    private static final String ATTRIBUTE = Caller.class.getName();

    public Caller {
        if (id.isBlank()) {
            throw new IllegalArgumentException("a caller has an id");
        }
        roles = Set.copyOf(roles);
        useCases = Set.copyOf(useCases);
    }

    /** @throws IllegalStateException when the request did not come through {@link AccessFilter} */
    public static Caller of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Caller caller) {
            return caller;
        }
        throw new IllegalStateException("the request has no caller: it did not pass the access filter");
    }

    void putOn(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** Whether one of its roles is this one or includes it. */
    public boolean may(Role needed) {
        for (Role role : roles) {
            if (role.includes(needed)) {
                return true;
            }
        }
        return false;
    }

    public boolean sees(String useCase) {
        return useCases.contains(useCase) || useCases.contains(ALL);
    }
}

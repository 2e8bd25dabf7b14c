package dev.millrace.web.security;

import java.util.Map;

/** Which use case an operation is about: to whoever does not see that, it is not there. */
public sealed interface Scope {

    /** None in particular. Whoever sees one of the process's use cases may call it, and is told of those that it sees. */
    record Process() implements Scope {}

    /** This one. */
    record Only(String useCase) implements Scope {}

    /**
     * The one that has what the path names. A name that none has is answered to those who see every use case of the process:
     * to anybody else it is like one that another use case has.
     *
     * @param variable of the path's template
     * @param useCases by the name of what they have
     */
    record Named(String variable, Map<String, String> useCases) implements Scope {
        public Named {
            useCases = Map.copyOf(useCases);
        }
    }
}

package dev.millrace.web.security;

import java.util.Iterator;

/** What a call says of itself beside its body, whichever protocol it comes by. */
@FunctionalInterface
public interface CallHeaders {

    /**
     * All values of a header, in their order.
     *
     * @param name in any case
     */
    Iterator<String> values(String name);
}

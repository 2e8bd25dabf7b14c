package dev.millrace.web.openapi;

import java.util.List;

/** The document of a process that serves several use cases, as somebody gets to see it who sees some of them. */
@FunctionalInterface
public interface PartialDocument {

    /** @param useCases those that are seen, of the process's */
    ApiDocument of(List<String> useCases);
}

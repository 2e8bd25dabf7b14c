package dev.millrace.local.up;

import java.util.List;

/** One numbered line on the way up; its works go on side by side. */
public record Step(String title, List<Work> works) {

    public Step {
        works = List.copyOf(works);
        if (works.isEmpty()) {
            throw new IllegalArgumentException("step \"" + title + "\" has no work");
        }
    }

    public static Step of(String title, Work... works) {
        return new Step(title, List.of(works));
    }
}

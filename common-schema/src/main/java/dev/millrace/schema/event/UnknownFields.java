package dev.millrace.schema.event;

import dev.millrace.schema.event.InvalidEventException.Violation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * Names in what came that mean nothing there: the first {@value #NAMED}, and how many more there were. A body of a megabyte has
 * room for a hundred thousand, and what is said of each is longer than the name.
 */
public final class UnknownFields {

    private static final int NAMED = 10;
    private static final int LONGEST = 80;

    private final String where;
    private final Supplier<? extends Collection<String>> known;
    private final List<String> first = new ArrayList<>();
    private long more;

    /**
     * @param where what they came in: "a batch"
     * @param known the names that it has, as they are to be told: asked for only when one came that is none of them
     */
    public UnknownFields(String where, Supplier<? extends Collection<String>> known) {
        this.where = where;
        this.known = known;
    }

    public void add(String name) {
        if (first.size() < NAMED) {
            first.add(name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name);
        } else {
            more++;
        }
    }

    /** None when nothing was added. */
    public List<Violation> violations() {
        List<Violation> violations = new ArrayList<>();
        for (String name : first) {
            violations.add(violation(name, "'" + name + "' is no field of " + where + "; it has " + known.get()));
        }
        if (more > 0) {
            violations.add(violation("", more + " more are no fields of " + where));
        }
        return violations;
    }

    private static Violation violation(String field, String message) {
        return new Violation(field, "unknown-field", message);
    }
}

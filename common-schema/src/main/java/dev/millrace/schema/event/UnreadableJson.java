package dev.millrace.schema.event;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** What is wrong with a text that is no JSON, for whoever sent it: without what only the parser's owner understands. */
public final class UnreadableJson {

    /** How Jackson names a place within a message. */
    private static final Pattern PLACE =
            Pattern.compile("\\[Source: .*?; line: (\\d+), column: (\\d+)]", Pattern.DOTALL);

    /** How it names its settings and types. */
    private static final Pattern INNER =
            Pattern.compile("(?:: not allowed as per|, from) `[^`]*`| \\(bound as `[^`]*`\\)");

    private UnreadableJson() {}

    /** What is wrong, and where: "Unexpected end-of-input: … at line 1, column 12". */
    public static String message(JsonProcessingException e) {
        String what = INNER.matcher(PLACE.matcher(e.getOriginalMessage()).replaceAll("line $1, column $2"))
                .replaceAll("");
        JsonLocation at = e.getLocation();
        return at == null || at.getLineNr() < 1
                ? what
                : "%s at line %d, column %d".formatted(what, at.getLineNr(), at.getColumnNr());
    }
}

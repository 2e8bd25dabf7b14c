package dev.millrace.schema.event;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with a text that is no JSON, for whoever sent it: without what only the parser's owner understands, and without
 * any piece of the text itself, which may be a personal datum.
 */
public final class UnreadableJson {

    /** How Jackson names a place within a message. */
    private static final Pattern PLACE =
            Pattern.compile("\\[Source: .*?; line: (\\d+), column: (\\d+)]", Pattern.DOTALL);

    /** How it names its settings and types. */
    private static final Pattern INNER =
            Pattern.compile("(?:: not allowed as per|, from) `[^`]*`| \\(bound as `[^`]*`\\)");

    /** Messages whose brackets and quotes hold words of Jackson's, lengths and brackets of JSON's only. */
    private static final Pattern OWN_WORDS = Pattern.compile(
            "(?:Unexpected end-of-input|Unexpected close marker '[]}]'|Trailing token"
                    + "|[A-Z][a-z ]+ \\(\\d+\\) exceeds the maximum allowed).*",
            Pattern.DOTALL);

    /** Those that name the input first, of which it can be told where it ends; and then what was expected. */
    private static final Pattern INPUT_THEN_EXPECTED = Pattern.compile(
            "(?:(Unexpected character) \\(.{1,40}?code \\d+(?: / 0x[0-9a-fA-F]+)?\\)\\)|(Unrecognized token) '[^']*')"
                    + "(: (?:was expecting|expected|Expected) .*)?",
            Pattern.DOTALL);

    /** Where the input may begin in any other. */
    private static final Pattern INPUT = Pattern.compile("\\s*[:'\"(`].*", Pattern.DOTALL);

    private UnreadableJson() {}

    /**
     * What is wrong, and where: "Unexpected end-of-input: … at line 1, column 12".
     *
     * @param e of a parser that read from memory
     */
    public static String message(IOException e) {
        if (!(e instanceof JsonProcessingException refused)) {
            // What is left in memory to fail: bytes that are no characters, which its own text would show.
            return "its bytes are no text in UTF-8, UTF-16 or UTF-32";
        }
        String what = withoutInput(
                INNER.matcher(PLACE.matcher(refused.getOriginalMessage()).replaceAll("line $1, column $2"))
                        .replaceAll(""));
        JsonLocation at = refused.getLocation();
        return at == null || at.getLineNr() < 1
                ? what
                : "%s at line %d, column %d".formatted(what, at.getLineNr(), at.getColumnNr());
    }

    private static String withoutInput(String message) {
        if (OWN_WORDS.matcher(message).matches()) {
            return message;
        }
        Matcher known = INPUT_THEN_EXPECTED.matcher(message);
        if (known.matches()) {
            String what = known.group(1) == null ? known.group(2) : known.group(1);
            return known.group(3) == null ? what : what + known.group(3);
        }
        return INPUT.matcher(message).replaceFirst("");
    }
}

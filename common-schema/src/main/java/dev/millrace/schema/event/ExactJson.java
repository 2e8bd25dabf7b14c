package dev.millrace.schema.event;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** JSON whose numbers are read as exact decimals. */
public final class ExactJson {

    private ExactJson() {}

    /** What reads it. */
    @FunctionalInterface
    public interface Reading {
        JsonNode tree() throws IOException;
    }

    /**
     * What was read. Jackson lets a number through that is no decimal for its exponent, such as 1e2147483649, and then fails otherwise
     * than on all else that it cannot read.
     *
     * @throws IOException when it is no JSON
     */
    public static JsonNode read(Reading reading) throws IOException {
        try {
            return reading.tree();
        } catch (NumberFormatException e) {
            throw new JsonParseException(null, "Number with an exponent that is out of range", (JsonLocation) null, e);
        }
    }
}

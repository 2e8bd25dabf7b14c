package dev.millrace.schema.event;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * What every window can count and every store can hold. PostgreSQL, for one, takes neither the character U+0000 nor a year of five
 * digits as Java writes it, and would refuse the whole batch for one such value.
 */
public final class Storable {

    /** Of moments, in UTC. */
    public static final int FIRST_YEAR = 1970;

    public static final int LAST_YEAR = 9999;

    /** To be completed by what was found. */
    public static final String EXPECTED_MOMENT =
            "expected a time such as 2026-01-31T12:00:00Z, of the years %d to %d".formatted(FIRST_YEAR, LAST_YEAR);

    /**
     * Characters of a text at most, as JSON schemas count: one beyond the first 65,536 is two chars, and one code point. Texts go into
     * the features' keys and from there into records of Kafka, which have a greatest size.
     */
    public static final int LONGEST_TEXT = 1_000;

    /** In UTF-8: an entry of PostgreSQL's indexes has at most 2,704. */
    private static final int MOST_BYTES = 2_000;

    private static final int MOST_BYTES_A_CHAR = 3;

    /** To be completed by what was found. */
    public static final String EXPECTED_TEXT =
            "expected text of at most %d characters, %d bytes in UTF-8, without U+0000"
                    .formatted(LONGEST_TEXT, MOST_BYTES);

    private static final long LAST =
            Instant.parse(LAST_YEAR + "-12-31T23:59:59.999Z").toEpochMilli();

    private Storable() {}

    /**
     * A moment as RFC 3339 writes it, with its offset.
     *
     * @return epoch milliseconds
     * @throws DateTimeException when it is none, or of another year
     */
    public static long moment(String text) {
        Instant moment = OffsetDateTime.parse(text).toInstant();
        // Far ones have more milliseconds than a long can count.
        if (moment.getEpochSecond() < 0 || moment.getEpochSecond() > LAST / 1_000) {
            throw new DateTimeException(EXPECTED_MOMENT + ", found " + moment);
        }
        return moment.toEpochMilli();
    }

    public static boolean isMoment(long epochMillis) {
        return epochMillis >= 0 && epochMillis <= LAST;
    }

    public static boolean isText(String text) {
        return (text.length() <= LONGEST_TEXT || text.codePointCount(0, text.length()) <= LONGEST_TEXT)
                && (text.length() <= MOST_BYTES / MOST_BYTES_A_CHAR
                        || text.getBytes(StandardCharsets.UTF_8).length <= MOST_BYTES)
                && text.indexOf('\0') < 0;
    }
}

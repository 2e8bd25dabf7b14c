package dev.millrace.schema.event;

import java.util.Arrays;
import java.util.Locale;

/**
 * How much of a refused record its dead letter holds. A record may have come compressed, and larger than a request that Kafka takes by
 * default, which is measured before it is compressed: 1 MiB. A letter that Kafka does not take would hold up all that comes after it.
 */
public final class LetterLimits {
    /** Bytes of the original. */
    public static final int ORIGINAL = 900_000;

    /** Bytes of all its headers. */
    public static final int HEADERS = 50_000;

    /** Bytes of its key. */
    public static final int KEY = 10_000;

    /** Characters. */
    private static final int MESSAGE = 10_000;

    private LetterLimits() {}

    /** The original, or its beginning. */
    public static byte[] original(byte[] value) {
        return value.length <= ORIGINAL ? value : Arrays.copyOf(value, ORIGINAL);
    }

    /**
     * What the letter says: also that it holds the beginning only.
     *
     * @param length of the original
     */
    public static String message(String reason, int length) {
        String said = reason.length() <= MESSAGE ? reason : reason.substring(0, MESSAGE) + "…";
        return length <= ORIGINAL
                ? said
                : said
                        + String.format(
                                Locale.ROOT,
                                "; this letter has the first %,d of %,d bytes, the record itself has them all",
                                ORIGINAL,
                                length);
    }
}

package dev.millrace.schema.definition;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as definitions write them: a whole number and one of {@code ms s m h d}, of at most a hundred years. */
public final class Durations {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    public static final Duration GREATEST = Duration.ofDays(36_525);

    private Durations() {}

    /** Empty when the text is not of the form {@code 10s}, or longer than {@link #GREATEST}. */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> throw new IllegalStateException("unit of " + text);
        };
        return Optional.of(duration).filter(found -> found.compareTo(GREATEST) <= 0);
    }
}

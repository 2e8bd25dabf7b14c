package dev.millrace.feature.operation;

import dev.millrace.schema.definition.Durations;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a definition says beside an operation's argument. What is wrong is an {@link IllegalArgumentException} whose message
 * names the parameter.
 *
 * @param written by name
 * @param windowMillis the window's width, where it has one
 * @param halfLifeMillis of a window that decays
 */
public record Parameters(Map<String, String> written, Optional<Long> windowMillis, Optional<Long> halfLifeMillis) {
    public Parameters {
        written = Map.copyOf(written);
    }

    private String text(String name, String example) {
        String text = written.get(name);
        if (text == null) {
            throw new IllegalArgumentException("'" + name + "' is missing, such as " + name + ": " + example);
        }
        return text;
    }

    int whole(String name) {
        String text = text(name, "3");
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= 1000) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + name + "' is a whole number; found '" + text + "'", e);
        }
        throw new IllegalArgumentException("'" + name + "' is a number of 1 to 1,000; found '" + text + "'");
    }

    int whole(String name, int otherwise) {
        return written.containsKey(name) ? whole(name) : otherwise;
    }

    double number(String name, double otherwise) {
        return written.containsKey(name) ? number(name, text(name, "")) : otherwise;
    }

    List<Double> numbers(String name) {
        return Arrays.stream(text(name, "[50, 95]").split(","))
                .map(text -> number(name, text.strip()))
                .toList();
    }

    private static double number(String name, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + name + "' is a number; found '" + text + "'", e);
        }
    }

    Duration duration(String name) {
        String text = text(name, "1h");
        return Durations.parse(text)
                .filter(duration -> !duration.isZero())
                .orElseThrow(() ->
                        new IllegalArgumentException("'" + name + "' is a duration such as 1h; found '" + text + "'"));
    }

    /** Milliseconds. */
    long width() {
        return windowMillis.orElseThrow(
                () -> new IllegalArgumentException("it needs a window with a width, such as over: [1d]"));
    }

    /** Milliseconds. */
    long halfLife() {
        return halfLifeMillis.orElseThrow(
                () -> new IllegalArgumentException("it needs windows such as over: [{half_life: 1h, over: 1d}]"));
    }

    /** A number as part of a name: 99.9 is 99_9. */
    static String text(double number) {
        return BigDecimal.valueOf(number)
                .stripTrailingZeros()
                .toPlainString()
                .replace('.', '_')
                .replace('-', 'm');
    }
}

package dev.millrace.schema.definition;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a field's value must meet beyond its type.
 *
 * @param min inclusive
 * @param above exclusive
 * @param max inclusive
 * @param optional whether the value may be absent
 */
public record FieldRule(
        Optional<BigDecimal> min,
        Optional<BigDecimal> above,
        Optional<BigDecimal> max,
        Optional<Pattern> pattern,
        Optional<Personal> personal,
        boolean optional) {
    /** What happens to a personal datum before anything is written. */
    public enum Personal {
        /** Replaced by its keyed hash: still joins, no longer readable. */
        HASH,
        DROP
    }

    /** What is wrong with the value, a number or a text; empty when nothing is. */
    public Optional<String> violation(Object value) {
        return switch (value) {
            case Number number when isBounded() -> violation(new BigDecimal(number.toString()));
            case String text -> violation(text);
            default -> Optional.empty();
        };
    }

    private boolean isBounded() {
        return min.isPresent() || above.isPresent() || max.isPresent();
    }

    /** What is wrong with the number, or empty: "expected a number above 0". */
    public Optional<String> violation(BigDecimal value) {
        if (min.isPresent() && value.compareTo(min.get()) < 0) {
            return Optional.of("expected a number of at least " + min.get().toPlainString());
        }
        if (above.isPresent() && value.compareTo(above.get()) <= 0) {
            return Optional.of("expected a number above " + above.get().toPlainString());
        }
        if (max.isPresent() && value.compareTo(max.get()) > 0) {
            return Optional.of("expected a number of at most " + max.get().toPlainString());
        }
        return Optional.empty();
    }

    /** What is wrong with the text, or empty. */
    public Optional<String> violation(String value) {
        return pattern.filter(p -> !p.matcher(value).matches()).map(p -> "expected text of the form " + p.pattern());
    }
}

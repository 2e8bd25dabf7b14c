package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.operation.Variant.Bin;
import dev.millrace.feature.state.AggregateLayout;
import dev.millrace.feature.state.Fingerprint;
import dev.millrace.feature.state.Sequence;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one event adds to the aggregates. */
sealed interface Input {
    /** A scaled integer or a hash, or {@link AggregateLayout#MISSING}. */
    long of(Values fields);

    /** Names the input: part of a block's fingerprint. */
    String text();

    /** Every event counts. */
    record Always() implements Input {
        @Override
        public long of(Values fields) {
            return 1;
        }

        @Override
        public String text() {
            return "all";
        }
    }

    /** A number of a field, as a whole number of units of {@code 10^-scale}. */
    record Number(String field, int scale) implements Input {
        @Override
        public long of(Values fields) {
            return switch (fields.of(field)) {
                case null -> AggregateLayout.MISSING;
                case BigDecimal decimal ->
                    decimal.setScale(scale).unscaledValue().longValueExact();
                case Long whole -> whole;
                case Integer whole -> whole;
                case Object other ->
                    throw new IllegalArgumentException("'" + field + "' is no exact number but a "
                            + other.getClass().getSimpleName());
            };
        }

        @Override
        public String text() {
            return field + "e-" + scale;
        }
    }

    /** The bits of a number as it is: for folds, which round for themselves. */
    record Exactly(String field) implements Input {
        @Override
        public long of(Values fields) {
            return switch (fields.of(field)) {
                case null -> AggregateLayout.MISSING;
                case java.lang.Number number -> Sequence.bits(number.doubleValue());
                case Object other ->
                    throw new IllegalArgumentException("'" + field + "' is no number but a "
                            + other.getClass().getSimpleName());
            };
        }

        @Override
        public String text() {
            return field;
        }
    }

    /** A computed number, rounded half-even to units of {@code 10^-scale}: from then on exact. */
    record Computed(CompiledExpression expression, int scale) implements Input {
        private static final long BOUND = 1_000_000_000_000L;

        @Override
        public long of(Values fields) {
            double number = expression.number(fields);
            if (Double.isNaN(number)) {
                return AggregateLayout.MISSING;
            }
            BigDecimal scaled = new BigDecimal(number)
                    .setScale(scale, RoundingMode.HALF_EVEN)
                    .movePointRight(scale);
            if (scaled.abs().compareTo(BigDecimal.valueOf(BOUND)) >= 0) {
                throw new OutOfRangeException("'" + expression.text() + "' gives " + number
                        + ": expected a number of at most 12 digits with " + scale + " decimal places");
            }
            return scaled.longValueExact();
        }

        @Override
        public String text() {
            return "(" + expression.text() + ")e-" + scale;
        }
    }

    /** 1 or 0; missing when a field that it names is. */
    record Condition(CompiledExpression expression) implements Input {
        @Override
        public long of(Values fields) {
            for (String name : expression.names()) {
                if (fields.of(name) == null) {
                    return AggregateLayout.MISSING;
                }
            }
            double number = expression.number(fields);
            return Double.isNaN(number) ? AggregateLayout.MISSING : (long) number;
        }

        @Override
        public String text() {
            return expression.text();
        }
    }

    /** 63 bits of hash of a field's text: stable across releases and machines. */
    record Hashed(String field) implements Input {
        @Override
        public long of(Values fields) {
            Object value = fields.of(field);
            return value == null ? AggregateLayout.MISSING : hash(value.toString());
        }

        static long hash(String text) {
            return Fingerprint.of(text) >>> 1;
        }

        @Override
        public String text() {
            return "hash of " + field;
        }
    }

    /** The hash of a field's text if it is one of these. */
    record Chosen(Hashed hashed, List<String> values) implements Input {
        @Override
        public long of(Values fields) {
            Object value = fields.of(hashed.field());
            return value != null && values.contains(value.toString()) ? hashed.of(fields) : AggregateLayout.MISSING;
        }

        @Override
        public String text() {
            return hashed.text() + " in " + values;
        }
    }

    /** An enum's symbol by its place, a truth as 1 or 0, a time in milliseconds. */
    record Symbol(String field, List<String> symbols) implements Input {
        @Override
        public long of(Values fields) {
            return switch (fields.of(field)) {
                case null -> AggregateLayout.MISSING;
                case Boolean holds -> holds ? 1 : 0;
                case Long millis -> millis;
                case Object symbol -> place(symbol.toString());
            };
        }

        private long place(String symbol) {
            int place = symbols.indexOf(symbol);
            return place < 0 ? AggregateLayout.MISSING : place;
        }

        @Override
        public String text() {
            return field + " of " + symbols;
        }
    }

    /** Another input where a condition holds. */
    record Filtered(Input input, Condition where) implements Input {
        @Override
        public long of(Values fields) {
            return where.of(fields) == 1 ? input.of(fields) : AggregateLayout.MISSING;
        }

        @Override
        public String text() {
            return input.text() + " where " + where.text();
        }
    }

    /** Another input where a field has this value. */
    record Selected(Input input, String field, String value) implements Input {
        @Override
        public long of(Values fields) {
            @Nullable Object found = fields.of(field);
            return found != null && found.toString().equals(value) ? input.of(fields) : AggregateLayout.MISSING;
        }

        @Override
        public String text() {
            return input.text() + " where " + field + " is " + value;
        }
    }

    /** 1 where another input lies in a range, else 0. */
    record Binned(Input input, double unit, Bin bin) implements Input {
        @Override
        public long of(Values fields) {
            long scaled = input.of(fields);
            if (scaled == AggregateLayout.MISSING) {
                return AggregateLayout.MISSING;
            }
            double value = scaled / unit;
            return bin.above() < value && value <= bin.upTo() ? 1 : 0;
        }

        @Override
        public String text() {
            return input.text() + " in " + bin;
        }
    }
}

package dev.millrace.feature.state;

import java.math.BigInteger;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How the partial aggregates of one tile lie in an array of longs: the number of events, then per input the number of
 * its values and what the view's operations need of them. An input is a scaled integer of at most 12 digits, or
 * {@link #MISSING}.
 */
public final class AggregateLayout {
    /** An input that the event does not have. */
    public static final long MISSING = Long.MIN_VALUE;

    /** What an operation needs of an input, beside the number of its values. */
    public enum Part {
        /** 128 bit. */
        SUM(2),
        /** Sum of squares, 128 bit. */
        SQUARES(2),
        MIN(1),
        MAX(1);

        private final int width;

        Part(int width) {
            this.width = width;
        }
    }

    private final List<Set<Part>> inputs;
    private final int[] starts;
    private final int stride;

    public AggregateLayout(List<Set<Part>> inputs) {
        this.inputs = inputs.stream()
                .map(parts -> parts.isEmpty() ? Set.<Part>of() : (Set<Part>) EnumSet.copyOf(parts))
                .toList();
        this.starts = new int[inputs.size()];
        int next = 1;
        for (int i = 0; i < inputs.size(); i++) {
            starts[i] = next;
            next += 1 + inputs.get(i).stream().mapToInt(part -> part.width).sum();
        }
        this.stride = next;
    }

    int stride() {
        return stride;
    }

    int inputs() {
        return inputs.size();
    }

    public long[] empty() {
        return new long[stride];
    }

    private static int offset(Set<Part> parts, int start, Part wanted) {
        int at = start + 1;
        for (Part part : parts) {
            if (part == wanted) {
                return at;
            }
            at += part.width;
        }
        throw new IllegalArgumentException("The layout keeps no " + wanted);
    }

    /** Adds one event. */
    void add(long[] row, int at, long[] values) {
        row[at]++;
        for (int i = 0; i < values.length; i++) {
            if (values[i] != MISSING) {
                addValue(row, at + starts[i], inputs.get(i), values[i]);
            }
        }
    }

    private static void addValue(long[] row, int start, Set<Part> parts, long value) {
        boolean first = row[start]++ == 0;
        int at = start + 1;
        for (Part part : parts) {
            switch (part) {
                case SUM -> Int128.addLong(row, at, value);
                case SQUARES -> Int128.addSquare(row, at, value);
                case MIN -> row[at] = first ? value : Math.min(row[at], value);
                case MAX -> row[at] = first ? value : Math.max(row[at], value);
            }
            at += part.width;
        }
    }

    /** Adds the aggregates of other events. */
    void merge(long[] into, int intoAt, long[] from, int fromAt) {
        into[intoAt] += from[fromAt];
        for (int i = 0; i < starts.length; i++) {
            int target = intoAt + starts[i];
            int source = fromAt + starts[i];
            if (from[source] == 0) {
                continue;
            }
            boolean first = into[target] == 0;
            into[target] += from[source];
            target++;
            source++;
            for (Part part : inputs.get(i)) {
                switch (part) {
                    case SUM, SQUARES -> Int128.add(into, target, from[source], from[source + 1]);
                    case MIN -> into[target] = first ? from[source] : Math.min(into[target], from[source]);
                    case MAX -> into[target] = first ? from[source] : Math.max(into[target], from[source]);
                }
                target += part.width;
                source += part.width;
            }
        }
    }

    /** One value stands for all of its parts; most tiles of an exact window hold one event. */
    void write(ByteWriter out, long[] row, int at) {
        out.unsigned(row[at]);
        for (int i = 0; i < starts.length; i++) {
            int start = at + starts[i];
            Set<Part> parts = inputs.get(i);
            out.unsigned(row[start]);
            if (row[start] == 0 || parts.isEmpty()) {
                continue;
            }
            if (row[start] == 1 && single(parts)) {
                out.signed(row[offset(parts, start, first(parts))]);
                continue;
            }
            int next = start + 1;
            for (Part part : parts) {
                out.signed(row[next]);
                if (part.width == 2) {
                    out.signed(row[next + 1] - (row[next] >> 63));
                }
                next += part.width;
            }
        }
    }

    void read(ByteReader in, long[] row, int at) {
        row[at] = in.unsigned();
        for (int i = 0; i < starts.length; i++) {
            int start = at + starts[i];
            Set<Part> parts = inputs.get(i);
            long values = in.unsigned();
            if (values == 0 || parts.isEmpty()) {
                row[start] = values;
                continue;
            }
            if (values == 1 && single(parts)) {
                addValue(row, start, parts, in.signed());
                continue;
            }
            row[start] = values;
            int next = start + 1;
            for (Part part : parts) {
                row[next] = in.signed();
                if (part.width == 2) {
                    row[next + 1] = in.signed() + (row[next] >> 63);
                }
                next += part.width;
            }
        }
    }

    /** Whether one value's parts can be told from one of them: all but the squares alone. */
    private static boolean single(Set<Part> parts) {
        return first(parts) != Part.SQUARES;
    }

    private static Part first(Set<Part> parts) {
        return parts.iterator().next();
    }

    /** What the aggregates say of one input. */
    public Totals totals(long[] row, int input) {
        return new Totals(row, starts[input], inputs.get(input));
    }

    /** The number of events, with and without values. */
    public static long events(long[] row) {
        return row[0];
    }

    /** A view into a row: read before the row changes. */
    public static final class Totals {
        private final long[] row;
        private final int start;
        private final Set<Part> parts;

        private Totals(long[] row, int start, Set<Part> parts) {
            this.row = row;
            this.start = start;
            this.parts = parts;
        }

        /** The number of values. */
        public long values() {
            return row[start];
        }

        /** Scaled. */
        public long min() {
            return row[offset(parts, start, Part.MIN)];
        }

        /** Scaled. */
        public long max() {
            return row[offset(parts, start, Part.MAX)];
        }

        /** The scaled sum, rounded once. */
        public double sum() {
            int at = offset(parts, start, Part.SUM);
            return Int128.fitsLong(row[at], row[at + 1])
                    ? (double) row[at]
                    : Int128.toBigInteger(row[at], row[at + 1]).doubleValue();
        }

        /** {@code n · Σx² − (Σx)²} of the scaled values, exact before it is rounded once. */
        public double spread() {
            int sum = offset(parts, start, Part.SUM);
            int squares = offset(parts, start, Part.SQUARES);
            long total = row[sum];
            long square = row[squares];
            if (Int128.fitsLong(total, row[sum + 1]) && Int128.fitsLong(square, row[squares + 1])) {
                long high = Math.multiplyHigh(total, total);
                long scaledHigh = Math.multiplyHigh(square, values());
                if (high == total * total >> 63 && scaledHigh == square * values() >> 63) {
                    return (double) (square * values() - total * total);
                }
            }
            return Int128.toBigInteger(square, row[squares + 1])
                    .multiply(BigInteger.valueOf(values()))
                    .subtract(Int128.toBigInteger(total, row[sum + 1]).pow(2))
                    .doubleValue();
        }
    }
}

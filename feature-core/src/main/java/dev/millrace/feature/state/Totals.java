package dev.millrace.feature.state;

import dev.millrace.feature.state.AggregateLayout.Part;
import java.math.BigInteger;

/** What the aggregates say of one input. Values are scaled integers. */
public final class Totals {
    private final AggregateLayout layout;
    private final Aggregates aggregates;
    private final int input;

    Totals(AggregateLayout layout, Aggregates aggregates, int input) {
        this.layout = layout;
        this.aggregates = aggregates;
        this.input = input;
    }

    private int offset(Part part) {
        return layout.offset(input, part);
    }

    private long at(Part part, int word) {
        return aggregates.row[offset(part) + word];
    }

    /** The number of values. */
    public long values() {
        return input == Aggregates.EVENTS ? aggregates.events() : aggregates.row[layout.start(input)];
    }

    public long min() {
        return at(Part.MIN, 0);
    }

    public long max() {
        return at(Part.MAX, 0);
    }

    /** Of the least {@code (event time, id hash)}. */
    public long first() {
        return at(Part.FIRST, 2);
    }

    public long firstTime() {
        return at(Part.FIRST, 0);
    }

    /** Of the greatest {@code (event time, id hash)}. */
    public long last() {
        return at(Part.LAST, 2);
    }

    public long lastTime() {
        return at(Part.LAST, 0);
    }

    /** Rounded once. */
    public double sum() {
        if (input == Aggregates.EVENTS) {
            return aggregates.events();
        }
        int at = offset(Part.SUM);
        long[] row = aggregates.row;
        return Int128.fitsLong(row[at], row[at + 1])
                ? (double) row[at]
                : Int128.toBigInteger(row[at], row[at + 1]).doubleValue();
    }

    public BigInteger exactSum() {
        int at = offset(Part.SUM);
        return Int128.toBigInteger(aggregates.row[at], aggregates.row[at + 1]);
    }

    public BigInteger squares() {
        int at = offset(Part.SQUARES);
        return Int128.toBigInteger(aggregates.row[at], aggregates.row[at + 1]);
    }

    public BigInteger cubes() {
        return Int256.toBigInteger(aggregates.row, offset(Part.CUBES));
    }

    public BigInteger fourths() {
        return Int256.toBigInteger(aggregates.row, offset(Part.FOURTHS));
    }

    /** {@code n · Σx² − (Σx)²}, exact before it is rounded once. */
    public double spread() {
        int sum = offset(Part.SUM);
        int squares = offset(Part.SQUARES);
        long[] row = aggregates.row;
        long total = row[sum];
        long square = row[squares];
        if (Int128.fitsLong(total, row[sum + 1]) && Int128.fitsLong(square, row[squares + 1])) {
            long high = Math.multiplyHigh(total, total);
            long scaledHigh = Math.multiplyHigh(square, values());
            if (high == total * total >> 63 && scaledHigh == square * values() >> 63) {
                return (double) (square * values() - total * total);
            }
        }
        return squares()
                .multiply(BigInteger.valueOf(values()))
                .subtract(exactSum().pow(2))
                .doubleValue();
    }

    /** The sketch of this kind. */
    public Sketch sketch(Sketch.Kind kind) {
        Sketch sketch = aggregates.sketches[layout.sketch(input, kind)];
        return sketch == null ? kind.empty() : sketch;
    }
}

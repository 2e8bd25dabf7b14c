package dev.millrace.feature.state;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the partial aggregates of one tile lie in an array of longs: the number of events, then per input the number of
 * its values and what the view's operations need of them; and its sketches beside. An input is a scaled integer of at most
 * 12 digits or a hash, or {@link #MISSING}.
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
        MAX(1),
        /** Sum of third powers, 256 bit. */
        CUBES(4),
        /** Sum of fourth powers, 256 bit. */
        FOURTHS(4),
        /** Time, id hash and value. */
        FIRST(3),
        /** Time, id hash and value. */
        LAST(3);

        private final int width;

        Part(int width) {
            this.width = width;
        }
    }

    /** What is kept of one input. */
    public record Kept(Set<Part> parts, List<Sketch.Kind> sketches) {
        /** A value cannot be told from its powers alone. */
        private static final Set<Part> POWERS = EnumSet.of(Part.SQUARES, Part.CUBES, Part.FOURTHS);

        public Kept {
            parts = parts.isEmpty() ? EnumSet.noneOf(Part.class) : EnumSet.copyOf(parts);
            sketches = List.copyOf(sketches);
        }

        /** Whether all that is kept of one value can be told from the first of its parts. */
        private boolean isSingle() {
            return !parts.isEmpty()
                    && !POWERS.contains(parts.iterator().next())
                    && !parts.contains(Part.FIRST)
                    && !parts.contains(Part.LAST)
                    && sketches.stream().noneMatch(Sketch.Kind.Latest.class::isInstance);
        }
    }

    private final List<Kept> inputs;
    private final Part[][] parts;
    private final boolean[] single;
    private final int[] starts;
    private final int[] sketchStarts;
    private final Sketch.Kind[] kinds;
    private final int stride;

    public AggregateLayout(List<Kept> inputs) {
        this.inputs = List.copyOf(inputs);
        this.parts =
                inputs.stream().map(kept -> kept.parts().toArray(new Part[0])).toArray(Part[][]::new);
        this.single = new boolean[inputs.size()];
        this.starts = new int[inputs.size()];
        this.sketchStarts = new int[inputs.size() + 1];
        List<Sketch.Kind> all = new ArrayList<>();
        int next = 1;
        for (int i = 0; i < inputs.size(); i++) {
            single[i] = inputs.get(i).isSingle();
            starts[i] = next;
            next += 1
                    + inputs.get(i).parts().stream()
                            .mapToInt(part -> part.width)
                            .sum();
            sketchStarts[i] = all.size();
            all.addAll(inputs.get(i).sketches());
        }
        this.sketchStarts[inputs.size()] = all.size();
        this.kinds = all.toArray(new Sketch.Kind[0]);
        this.stride = next;
    }

    int stride() {
        return stride;
    }

    int sketches() {
        return kinds.length;
    }

    int inputs() {
        return inputs.size();
    }

    /** Of no events. */
    public Aggregates empty() {
        return new Aggregates(this);
    }

    int start(int input) {
        return starts[input];
    }

    int offset(int input, Part wanted) {
        int at = starts[input] + 1;
        for (Part part : parts[input]) {
            if (part == wanted) {
                return at;
            }
            at += part.width;
        }
        throw new IllegalArgumentException("The layout keeps no " + wanted);
    }

    int sketch(int input, Sketch.Kind wanted) {
        for (int i = sketchStarts[input]; i < sketchStarts[input + 1]; i++) {
            if (kinds[i].equals(wanted)) {
                return i;
            }
        }
        throw new IllegalArgumentException("The layout keeps no " + wanted);
    }

    /** Adds one event. */
    void add(long[] row, int at, @Nullable Sketch[] sketches, int sketchAt, ProjectedEvent event) {
        row[at]++;
        long[] values = event.inputs();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != MISSING) {
                addValue(row, at, sketches, sketchAt, i, values[i], event.time(), event.idHash());
            }
        }
    }

    private void addValue(
            long[] row,
            int rowAt,
            @Nullable Sketch[] sketches,
            int sketchAt,
            int input,
            long value,
            long time,
            long idHash) {
        int at = rowAt + starts[input];
        boolean first = row[at]++ == 0;
        at++;
        for (Part part : parts[input]) {
            switch (part) {
                case SUM -> Int128.addLong(row, at, value);
                case SQUARES -> Int128.addSquare(row, at, value);
                case MIN -> row[at] = first ? value : Math.min(row[at], value);
                case MAX -> row[at] = first ? value : Math.max(row[at], value);
                case CUBES -> Int256.addCube(row, at, value);
                case FOURTHS -> Int256.addFourth(row, at, value);
                case FIRST -> {
                    if (first || isBefore(time, idHash, row[at], row[at + 1])) {
                        put(row, at, time, idHash, value);
                    }
                }
                case LAST -> {
                    if (first || isBefore(row[at], row[at + 1], time, idHash)) {
                        put(row, at, time, idHash, value);
                    }
                }
            }
            at += part.width;
        }
        for (int i = sketchStarts[input]; i < sketchStarts[input + 1]; i++) {
            Sketch sketch = sketches[sketchAt + i];
            if (sketch == null) {
                sketch = kinds[i].empty();
                sketches[sketchAt + i] = sketch;
            }
            sketch.add(value, time, idHash);
        }
    }

    private static boolean isBefore(long time, long hash, long otherTime, long otherHash) {
        return time < otherTime || time == otherTime && hash < otherHash;
    }

    private static void put(long[] row, int at, long time, long hash, long value) {
        row[at] = time;
        row[at + 1] = hash;
        row[at + 2] = value;
    }

    /**
     * Adds the aggregates of other events: of several rows, each input's parts one after the other, so that what they add up to
     * stays in registers.
     *
     * @param step from one row to the next
     */
    void merge(long[] into, int intoAt, long[] from, int fromAt, int step, int rows) {
        int end = fromAt + rows * step;
        for (int row = fromAt; row < end; row += step) {
            into[intoAt] += from[row];
        }
        for (int i = 0; i < starts.length; i++) {
            long values = 0;
            for (int row = fromAt + starts[i]; row < end; row += step) {
                values += from[row];
            }
            if (values > 0) {
                mergeParts(i, into, intoAt + starts[i], from, fromAt + starts[i], step, end);
                into[intoAt + starts[i]] += values;
            }
        }
    }

    /** @param target the number of values, before those of the rows are added; {@code source} is that of the first row */
    private void mergeParts(int input, long[] into, int target, long[] from, int source, int step, int end) {
        boolean first = into[target] == 0;
        int part = 1;
        for (Part kept : parts[input]) {
            switch (kept) {
                case SUM, SQUARES -> Int128.addAll(into, target + part, from, source + part, step, end);
                case MIN -> into[target + part] = least(first, into[target + part], from, source, part, step, end);
                case MAX -> into[target + part] = greatest(first, into[target + part], from, source, part, step, end);
                case CUBES, FOURTHS -> {
                    for (int row = source; row < end; row += step) {
                        Int256.add(into, target + part, from, row + part);
                    }
                }
                case FIRST -> mergeFirst(first, into, target + part, from, source, part, step, end);
                case LAST -> mergeLast(first, into, target + part, from, source, part, step, end);
            }
            part += kept.width;
        }
    }

    private static long least(boolean none, long known, long[] from, int source, int part, int step, int end) {
        long least = none ? Long.MAX_VALUE : known;
        for (int row = source; row < end; row += step) {
            if (from[row] != 0) {
                least = Math.min(least, from[row + part]);
            }
        }
        return least;
    }

    private static long greatest(boolean none, long known, long[] from, int source, int part, int step, int end) {
        long greatest = none ? Long.MIN_VALUE : known;
        for (int row = source; row < end; row += step) {
            if (from[row] != 0) {
                greatest = Math.max(greatest, from[row + part]);
            }
        }
        return greatest;
    }

    private static void mergeFirst(
            boolean none, long[] into, int at, long[] from, int source, int part, int step, int end) {
        boolean unset = none;
        for (int row = source; row < end; row += step) {
            int other = row + part;
            if (from[row] != 0 && (unset || isBefore(from[other], from[other + 1], into[at], into[at + 1]))) {
                put(into, at, from[other], from[other + 1], from[other + 2]);
                unset = false;
            }
        }
    }

    private static void mergeLast(
            boolean none, long[] into, int at, long[] from, int source, int part, int step, int end) {
        boolean unset = none;
        for (int row = source; row < end; row += step) {
            int other = row + part;
            if (from[row] != 0 && (unset || isBefore(into[at], into[at + 1], from[other], from[other + 1]))) {
                put(into, at, from[other], from[other + 1], from[other + 2]);
                unset = false;
            }
        }
    }

    /** Adds the sketches of other events. */
    void mergeSketches(@Nullable Sketch[] into, int intoAt, @Nullable Sketch[] from, int fromAt) {
        for (int i = 0; i < kinds.length; i++) {
            Sketch other = from[fromAt + i];
            if (other != null) {
                Sketch sketch = into[intoAt + i];
                if (sketch == null) {
                    sketch = kinds[i].empty();
                    into[intoAt + i] = sketch;
                }
                sketch.merge(other);
            }
        }
    }

    /** One value stands for all of its parts where they follow from it; most tiles of an exact window hold one event. */
    void write(ByteWriter out, long[] row, int at, @Nullable Sketch[] sketches, int sketchAt) {
        out.unsigned(row[at]);
        for (int i = 0; i < starts.length; i++) {
            int start = at + starts[i];
            out.unsigned(row[start]);
            if (row[start] == 0) {
                continue;
            }
            if (row[start] == 1 && single[i]) {
                out.signed(row[offset(i, parts[i][0]) + at]);
                continue;
            }
            writeParts(out, parts[i], row, start + 1);
            for (int j = sketchStarts[i]; j < sketchStarts[i + 1]; j++) {
                Sketch sketch = sketches[sketchAt + j];
                (sketch == null ? kinds[j].empty() : sketch).write(out);
            }
        }
    }

    private static void writeParts(ByteWriter out, Part[] parts, long[] row, int from) {
        int at = from;
        for (Part part : parts) {
            switch (part) {
                case SUM, SQUARES -> {
                    out.signed(row[at]);
                    out.signed(row[at + 1] - (row[at] >> 63));
                }
                case MIN, MAX -> out.signed(row[at]);
                case CUBES, FOURTHS -> {
                    out.signed(row[at]);
                    for (int word = 1; word < 4; word++) {
                        out.signed(row[at + word] - (row[at + word - 1] >> 63));
                    }
                }
                case FIRST, LAST -> {
                    out.signed(row[at]);
                    out.fixed64(row[at + 1]);
                    out.signed(row[at + 2]);
                }
            }
            at += part.width;
        }
    }

    void read(ByteReader in, long[] row, int at, @Nullable Sketch[] sketches, int sketchAt) {
        row[at] = in.unsigned();
        for (int i = 0; i < starts.length; i++) {
            int start = at + starts[i];
            long values = in.unsigned();
            if (values == 0) {
                continue;
            }
            if (values == 1 && single[i]) {
                addValue(row, at, sketches, sketchAt, i, in.signed(), 0, 0);
                continue;
            }
            row[start] = values;
            readParts(in, parts[i], row, start + 1);
            for (int j = sketchStarts[i]; j < sketchStarts[i + 1]; j++) {
                sketches[sketchAt + j] = kinds[j].read(in);
            }
        }
    }

    private static void readParts(ByteReader in, Part[] parts, long[] row, int from) {
        int at = from;
        for (Part part : parts) {
            switch (part) {
                case SUM, SQUARES -> {
                    row[at] = in.signed();
                    row[at + 1] = in.signed() + (row[at] >> 63);
                }
                case MIN, MAX -> row[at] = in.signed();
                case CUBES, FOURTHS -> {
                    row[at] = in.signed();
                    for (int word = 1; word < 4; word++) {
                        row[at + word] = in.signed() + (row[at + word - 1] >> 63);
                    }
                }
                case FIRST, LAST -> {
                    row[at] = in.signed();
                    row[at + 1] = in.fixed64();
                    row[at + 2] = in.signed();
                }
            }
            at += part.width;
        }
    }
}

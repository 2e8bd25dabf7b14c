package dev.millrace.feature.state;

import java.util.ArrayList;
import java.util.List;

/**
 * What one view takes of one event. Small: this is what travels through the stream.
 *
 * @param time epoch milliseconds
 * @param idHash 64-bit hash of the event's id
 * @param revision of a label; 0 for an event
 * @param inputs scaled integers, {@link AggregateLayout#MISSING} where the event has none
 * @param entities whom it concerns, in a sequential view; else nobody but whom it is sent to
 */
public record ProjectedEvent(long time, long idHash, int revision, long[] inputs, List<String> entities) {
    public ProjectedEvent {
        entities = List.copyOf(entities);
    }

    /** Of a view of windows. */
    public ProjectedEvent(long time, long idHash, int revision, long[] inputs) {
        this(time, idHash, revision, inputs, List.of());
    }

    public byte[] toBytes() {
        ByteWriter out = new ByteWriter(24 + inputs.length * 4);
        out.signed(time);
        out.fixed64(idHash);
        out.signed(revision);
        writeInputs(out, inputs, 0, inputs.length);
        entities.forEach(out::text);
        return out.toBytes();
    }

    /**
     * @param inputs how many the view has
     * @throws CorruptBlockException when the bytes are no such event
     */
    public static ProjectedEvent fromBytes(byte[] bytes, int inputs) {
        ByteReader in = new ByteReader(bytes);
        long time = in.signed();
        long hash = in.fixed64();
        int revision = (int) in.signed();
        long[] values = new long[inputs];
        readInputs(in, values, 0, inputs);
        List<String> entities = new ArrayList<>();
        while (!in.isAtEnd()) {
            entities.add(in.text());
        }
        return new ProjectedEvent(time, hash, revision, values, entities);
    }

    /** Missing is 0; others are shifted by one away from it. */
    static void writeInputs(ByteWriter out, long[] values, int at, int count) {
        for (int i = at; i < at + count; i++) {
            long value = values[i];
            out.signed(value == AggregateLayout.MISSING ? 0 : value >= 0 ? value + 1 : value);
        }
    }

    static void readInputs(ByteReader in, long[] values, int at, int count) {
        for (int i = at; i < at + count; i++) {
            long value = in.signed();
            values[i] = value == 0 ? AggregateLayout.MISSING : value > 0 ? value - 1 : value;
        }
    }
}

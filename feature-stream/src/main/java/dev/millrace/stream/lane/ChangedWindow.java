package dev.millrace.stream.lane;

import java.nio.ByteBuffer;

/**
 * The features of one tumbling window that a batch has changed.
 *
 * @param start epoch milliseconds, inclusive
 * @param newest the entity's newest event time, epoch milliseconds
 * @param values in the order of the view's features; NaN is missing
 */
public record ChangedWindow(long start, long newest, double[] values) {
    byte[] toBytes() {
        ByteBuffer buffer = ByteBuffer.allocate((2 + values.length) * Long.BYTES);
        buffer.putLong(start).putLong(newest);
        for (double value : values) {
            buffer.putDouble(value);
        }
        return buffer.array();
    }

    public static ChangedWindow of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long start = buffer.getLong();
        long newest = buffer.getLong();
        double[] values = new double[buffer.remaining() / Double.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = buffer.getDouble();
        }
        return new ChangedWindow(start, newest, values);
    }
}

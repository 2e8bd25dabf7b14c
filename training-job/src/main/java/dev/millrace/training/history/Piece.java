package dev.millrace.training.history;

import com.google.common.hash.Hashing;
import dev.millrace.feature.SourceRecord;
import dev.millrace.lake.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What is brought together to make a row: its own record and what its views answered, what is known of its truth. An event
 * that came twice has pieces of either delivery, told apart by their positions.
 *
 * @param row its event's time and id: pieces of one row have the same
 * @param position of the delivery, as bytes that compare as positions do
 * @param kind the index of a binding that was answered, or one of the constants
 */
record Piece(byte[] row, byte[] position, int kind, byte[] payload) {

    /** In place of a binding: the row reads nothing that its record names an entity of. */
    static final int UNASKED = -1;

    /** Its payload is a revision and a value. */
    static final int LABEL = -2;

    static final String SLOT = "slot";

    static final StructType SCHEMA = new StructType()
            .add(SLOT, DataTypes.LongType, false)
            .add("row", DataTypes.BinaryType, false)
            .add("position", DataTypes.BinaryType, false)
            .add("kind", DataTypes.IntegerType, false)
            .add("payload", DataTypes.BinaryType, false);

    /** In this order the pieces of a row follow each other. */
    static final String[] ORDER = {SLOT, "row"};

    /** @param record the row's own event; empty when another of its answers carries it */
    static Piece answer(byte[] row, byte[] position, int binding, byte[] record, double[] values) {
        ByteBuffer payload = ByteBuffer.allocate(4 + record.length + values.length * Double.BYTES);
        payload.putInt(record.length).put(record).asDoubleBuffer().put(values);
        return new Piece(row, position, binding, payload.array());
    }

    static Piece label(SourceRecord label, Position position, double value) {
        ByteBuffer payload = ByteBuffer.allocate(12).putInt(label.revision()).putDouble(value);
        return new Piece(row(label.id(), label.time()), Places.of(position), LABEL, payload.array());
    }

    static byte[] row(String id, long time) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length).putLong(time).put(text).array();
    }

    /** Of a row: its event's. */
    static long time(byte[] row) {
        return ByteBuffer.wrap(row).getLong();
    }

    Row toRow() {
        return RowFactory.create(Hashing.farmHashFingerprint64().hashBytes(row).asLong(), row, position, kind, payload);
    }

    static Piece of(Row row) {
        return new Piece(row.getAs(1), row.getAs(2), row.getInt(3), row.getAs(4));
    }

    boolean isOfRow(Piece other) {
        return Arrays.equals(row, other.row);
    }

    /** Of an answer: the row's own event, or nothing. */
    byte[] record() {
        return Arrays.copyOfRange(payload, 4, valuesStart());
    }

    /** Of an answer: the view's features. */
    double[] values() {
        ByteBuffer found = ByteBuffer.wrap(payload).position(valuesStart());
        double[] values = new double[found.remaining() / Double.BYTES];
        found.asDoubleBuffer().get(values);
        return values;
    }

    private int valuesStart() {
        return 4 + ByteBuffer.wrap(payload).getInt();
    }

    /** Of a label. */
    int revision() {
        return ByteBuffer.wrap(payload).getInt();
    }

    /** Of a label. */
    double value() {
        return ByteBuffer.wrap(payload).getDouble(4);
    }
}

package dev.millrace.training.history;

import dev.millrace.lake.Position;
import java.nio.ByteBuffer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of what is brought together to make a row: its own record, what its views answered, what is known of its
 * truth. An event that came twice has pieces of either delivery, told apart by their positions.
 */
final class Piece {

    /** In place of a binding's index: the row's own record. */
    static final int RECORD = -1;

    /** In place of a binding's index: a label. */
    static final int LABEL = -2;

    static final String ID = "event_id";
    static final String TIME = "event_time";
    static final String ARRIVAL = "arrival_time";
    static final String BINDING = "binding";
    static final String VALUES = "values";
    static final String COLUMNS = "record";

    /** Of an answer: its values are the view's features. */
    static final StructType ANSWER = new StructType()
            .add(ID, DataTypes.StringType, false)
            .add(TIME, DataTypes.LongType, false)
            .add(ARRIVAL, DataTypes.LongType, false)
            .add("topic_id", DataTypes.StringType, false)
            .add("kafka_partition", DataTypes.IntegerType, false)
            .add("kafka_offset", DataTypes.LongType, false)
            .add(BINDING, DataTypes.IntegerType, false)
            .add(VALUES, DataTypes.BinaryType, true);

    private Piece() {}

    /** What a view answered. */
    static Row answer(Part.Question question, Position position, double[] values) {
        return RowFactory.create(
                question.id(),
                question.time(),
                position.arrivalTime(),
                position.topicId(),
                position.partition(),
                position.offset(),
                question.binding(),
                bytes(values));
    }

    static boolean isOf(Row piece, String id, long time) {
        return time(piece) == time && id(piece).equals(id);
    }

    static String id(Row piece) {
        return piece.getString(0);
    }

    static long time(Row piece) {
        return piece.getLong(1);
    }

    static Position position(Row piece) {
        return new Position(piece.getLong(2), piece.getString(3), piece.getInt(4), piece.getLong(5));
    }

    static int binding(Row piece) {
        return piece.getInt(6);
    }

    static double[] values(Row piece) {
        ByteBuffer bytes = ByteBuffer.wrap(piece.<byte[]>getAs(7));
        double[] values = new double[bytes.remaining() / Double.BYTES];
        bytes.asDoubleBuffer().get(values);
        return values;
    }

    /** The table's columns of a row's own record. */
    static Row record(Row piece) {
        return piece.getStruct(8);
    }

    static int revision(Row label) {
        return label.getInt(9);
    }

    static double value(Row label) {
        return label.getDouble(10);
    }

    private static byte[] bytes(double[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
        bytes.asDoubleBuffer().put(values);
        return bytes.array();
    }
}

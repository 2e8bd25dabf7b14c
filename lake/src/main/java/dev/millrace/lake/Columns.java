package dev.millrace.lake;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one table: the common ones first, in the order of the constants. In rows times are epoch milliseconds,
 * which no session's time zone or calendar can change; in the table they are timestamps.
 */
public final class Columns {
    static final int EVENT_ID = 0;
    static final int EVENT_TIME = 1;
    static final int ARRIVAL_TIME = 2;
    static final int TOPIC_ID = 3;
    static final int PARTITION = 4;
    static final int OFFSET = 5;
    static final int COMMON = 6;

    private static final List<Column> FIRST = List.of(
            new Column("event_id", DataTypes.StringType),
            new Column("event_time", DataTypes.TimestampType),
            new Column("arrival_time", DataTypes.TimestampType),
            new Column("topic_id", DataTypes.StringType),
            new Column("kafka_partition", DataTypes.IntegerType),
            new Column("kafka_offset", DataTypes.LongType));

    private final List<Column> all;

    /** @param own after the common ones */
    Columns(List<Column> own) {
        all = new ArrayList<>(FIRST);
        all.addAll(own);
    }

    /** @param type in the table */
    record Column(String name, DataType type) {
        boolean isTime() {
            return type.equals(DataTypes.TimestampType);
        }
    }

    static String common(int column) {
        return FIRST.get(column).name();
    }

    /** Whether a name is one of the common columns'. SQL does not tell cases apart. */
    static boolean isCommon(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return FIRST.stream().anyMatch(column -> column.name().equals(lower));
    }

    List<Column> all() {
        return List.copyOf(all);
    }

    /** What rows look like. */
    public StructType rows() {
        StructType type = new StructType();
        for (Column column : all) {
            type = type.add(column.name(), column.isTime() ? DataTypes.LongType : column.type(), true);
        }
        return type;
    }

    /** What the table looks like. Everything may be missing there: what must not be is the event type's to say. */
    StructType table() {
        StructType type = new StructType();
        for (Column column : all) {
            type = type.add(column.name(), column.type(), true);
        }
        return type;
    }

    @Nullable
    Object[] row(@Nullable String eventId, long eventTime, Position position) {
        @Nullable Object[] row = new Object[all.size()];
        Arrays.fill(row, null);
        row[EVENT_ID] = eventId;
        row[EVENT_TIME] = eventTime;
        row[ARRIVAL_TIME] = position.arrivalTime();
        row[TOPIC_ID] = position.topicId();
        row[PARTITION] = position.partition();
        row[OFFSET] = position.offset();
        return row;
    }
}

package dev.millrace.lake;

import dev.millrace.lake.Columns.Column;
import dev.millrace.schema.avro.Label;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** Labels as rows. */
public final class LabelRows implements RecordRows<Label> {
    private static final int EVENT_TYPE = Columns.COMMON;
    private static final int KEY = EVENT_TYPE + 1;
    private static final int ENTITIES = KEY + 1;
    private static final int VALUE = ENTITIES + 1;
    private static final int KNOWN_AT = VALUE + 1;
    private static final int REVISION = KNOWN_AT + 1;

    private static final Columns COLUMNS = new Columns(List.of(
            new Column("event_type", DataTypes.StringType),
            new Column("event_key", DataTypes.StringType),
            new Column("entities", DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType, false)),
            new Column("value", DataTypes.DoubleType),
            new Column("known_at", DataTypes.TimestampType),
            new Column("revision", DataTypes.IntegerType)));

    @Override
    public Columns columns() {
        return COLUMNS;
    }

    @Override
    public boolean isOptional(String column) {
        return false;
    }

    @Override
    public Row row(Label label, Position position) {
        @Nullable
        Object[] row = COLUMNS.row(label.getEventId(), label.getEventTime().toEpochMilli(), position);
        row[EVENT_TYPE] = label.getEventType();
        row[KEY] = label.getKey();
        row[ENTITIES] = CollectionConverters.asScala(label.getEntities());
        row[VALUE] = label.getValue();
        row[KNOWN_AT] = label.getKnownAt().toEpochMilli();
        row[REVISION] = label.getRevision();
        return RowFactory.create(row);
    }

    @Override
    public Label record(Row row) {
        Map<String, String> entities = new HashMap<>(row.<String, String>getJavaMap(ENTITIES));
        return new Label(
                row.getString(EVENT_TYPE),
                row.getString(Columns.EVENT_ID),
                Instant.ofEpochMilli(row.getLong(Columns.EVENT_TIME)),
                row.getString(KEY),
                entities,
                row.getDouble(VALUE),
                Instant.ofEpochMilli(row.getLong(KNOWN_AT)),
                row.getInt(REVISION));
    }
}

package dev.millrace.lake;

import dev.millrace.lake.Columns.Column;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** Events of one type as rows: a column for each field, after the common ones. */
public final class EventRows implements RecordRows<GenericRecord> {
    private final EventType type;
    private final List<FieldColumn> fields = new ArrayList<>();
    private final Columns columns;

    /** @throws LakeException names the field that the lake cannot hold */
    public EventRows(EventType type) {
        this.type = type;
        List<Column> own = new ArrayList<>();
        for (Schema.Field field : type.schema().getFields()) {
            int place = shared(field);
            if (place < 0) {
                place = Columns.COMMON + own.size();
                own.add(new FieldColumn(field, place).column());
            }
            fields.add(new FieldColumn(field, place));
        }
        this.columns = new Columns(own);
    }

    /** The common column that a field is, or -1 when it has one of its own. */
    private int shared(Schema.Field field) {
        String name = field.name();
        if (name.equals(Columns.common(Columns.EVENT_ID))
                && name.equals(type.idField())
                && AvroTypes.nonNull(field.schema()).getType() == Schema.Type.STRING) {
            return Columns.EVENT_ID;
        }
        if (name.equals(Columns.common(Columns.EVENT_TIME)) && name.equals(type.timeField())) {
            return Columns.EVENT_TIME;
        }
        if (Columns.isCommon(name)) {
            throw new LakeException("The field '" + name + "' of " + type.name()
                    + " has the name of a column that every table of the lake has: give it another");
        }
        return -1;
    }

    @Override
    public Columns columns() {
        return columns;
    }

    @Override
    public boolean isOptional(String column) {
        Schema.Field field = type.schema().getField(column);
        return field != null && field.schema().isNullable();
    }

    @Override
    public Row row(GenericRecord event, Position position) {
        @Nullable Object[] row = columns.row(type.id(event), type.time(event), position);
        for (FieldColumn field : fields) {
            row[field.place()] = field.toRow(event.get(field.field().name()));
        }
        return RowFactory.create(row);
    }

    @Override
    public GenericRecord record(Row row) {
        GenericRecord event = new GenericData.Record(type.schema());
        for (FieldColumn field : fields) {
            event.put(field.field().pos(), field.fromRow(row.get(field.place())));
        }
        return event;
    }
}

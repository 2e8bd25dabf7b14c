package dev.millrace.lake;

import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.spark.sql.SparkSession;

/** The tables of one use case: a namespace of its name, with one table per event type and {@value #LABELS}. */
public final class Lake {
    /** The table of labels. */
    public static final String LABELS = "labels";

    private final SparkSession spark;
    private final UseCase useCase;

    /** @param spark a session that {@linkplain LakeSettings#known knows} the lake */
    public Lake(SparkSession spark, UseCase useCase) {
        this.spark = spark;
        this.useCase = useCase;
    }

    public LakeTable<GenericRecord> events(EventType type) {
        if (type.name().equals(LABELS)) {
            throw new LakeException(
                    "The lake keeps its labels in a table '" + LABELS + "': give the event type of that name another");
        }
        return new LakeTable<>(spark, useCase.name(), type.name(), new EventRows(type));
    }

    public LakeTable<Label> labels() {
        return new LakeTable<>(spark, useCase.name(), LABELS, new LabelRows());
    }

    /**
     * Makes the tables that are missing, and adds the columns of optional fields that are new.
     *
     * @throws LakeException when a table cannot be made to hold what the use case defines now
     */
    public void prepare() {
        List<LakeTable<?>> tables = new ArrayList<>(List.of(labels()));
        useCase.events().values().forEach(type -> tables.add(events(type)));
        tables.forEach(LakeTable::prepare);
    }
}

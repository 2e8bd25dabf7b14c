package dev.millrace.lake;

import dev.millrace.schema.avro.Label;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.spark.sql.SparkSession;

/**
 * The tables of one use case: a namespace of its name, with one table per event type, {@value #LABELS} and {@value
 * #PREDICTIONS}.
 */
public final class Lake {
    /** The table of labels. */
    public static final String LABELS = "labels";

    /** The table of what was answered. */
    public static final String PREDICTIONS = "predictions";

    private final SparkSession spark;
    private final UseCase useCase;

    /** @param spark a session that {@linkplain LakeSettings#known knows} the lake */
    public Lake(SparkSession spark, UseCase useCase) {
        this.spark = spark;
        this.useCase = useCase;
    }

    public LakeTable<GenericRecord> events(EventType type) {
        if (type.name().equals(LABELS) || type.name().equals(PREDICTIONS)) {
            throw new LakeException("The lake keeps its " + type.name() + " in a table '" + type.name()
                    + "': give the event type of that name another");
        }
        return new LakeTable<>(spark, useCase.name(), type.name(), new EventRows(type));
    }

    public LakeTable<Label> labels() {
        return new LakeTable<>(spark, useCase.name(), LABELS, new LabelRows());
    }

    public LakeTable<Prediction> predictions() {
        return new LakeTable<>(spark, useCase.name(), PREDICTIONS, new PredictionRows());
    }

    /**
     * Makes the tables that are missing, and adds the columns of optional fields that are new.
     *
     * @throws LakeException when a table cannot be made to hold what the use case defines now
     */
    public void prepare() {
        List<LakeTable<?>> tables = new ArrayList<>(List.of(labels(), predictions()));
        useCase.events().values().forEach(type -> tables.add(events(type)));
        tables.forEach(LakeTable::prepare);
    }
}

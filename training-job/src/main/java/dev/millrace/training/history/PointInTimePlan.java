package dev.millrace.training.history;

import static org.apache.spark.sql.functions.col;

import com.google.common.collect.Iterators;
import dev.millrace.feature.Model;
import dev.millrace.feature.SourceRecord;
import dev.millrace.lake.EventRows;
import dev.millrace.lake.LabelRows;
import dev.millrace.lake.Position;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a training set, each as the model would have seen it at its arrival. Two shuffles: what was recorded and
 * what is asked go by view and entity, in the order of arrival, through one block after the other; what comes out goes by
 * row, with the row's own record and its labels. So memory holds one entity of each task, however long the history is.
 */
final class PointInTimePlan {

    static final String EVENT_TIME = "event_time";
    static final String ARRIVAL_TIME = "arrival_time";

    private final ModelReference reference;
    private final RowRange range;
    private final int partitions;

    /** @param partitions of each shuffle */
    PointInTimePlan(ModelReference reference, RowRange range, int partitions) {
        this.reference = reference;
        this.range = range;
        this.partitions = partitions;
    }

    /**
     * What had arrived.
     *
     * @param type of its events
     * @param rows as the lake's table gives them
     */
    record Events(EventType type, Dataset<Row> rows) {}

    /** What a training set has as columns: times are epoch milliseconds. */
    static StructType schema(Model model) {
        StructType schema = new StructType()
                .add("event_id", DataTypes.StringType, false)
                .add(EVENT_TIME, DataTypes.LongType, false)
                .add(ARRIVAL_TIME, DataTypes.LongType, false)
                .add("label", DataTypes.DoubleType, false);
        for (String feature : model.features()) {
            if (Arrays.asList(schema.fieldNames()).contains(feature)) {
                throw new TrainingException(
                        Code.DATASET,
                        "expected features with names other than event_id, event_time, arrival_time and label, but %s has %s"
                                .formatted(model.name(), feature));
            }
            schema = schema.add(feature, DataTypes.DoubleType, false);
        }
        return schema;
    }

    /**
     * The rows, in any order.
     *
     * @param events of every type that the model's views or rows take, from as far back as its windows reach
     * @param labels as the lake's table gives them, from as far back
     */
    Dataset<Row> rows(List<Events> events, Dataset<Row> labels) {
        ModelReference model = reference;
        return pieces(events, labels)
                .repartition(partitions, col(Piece.SLOT))
                .sortWithinPartitions(columns(Piece.ORDER))
                .mapPartitions(
                        (MapPartitionsFunction<Row, Row>) found -> new RowAssembler(model.compiled(), found),
                        Encoders.row(schema(reference.compiled().model())));
    }

    private Dataset<Row> pieces(List<Events> events, Dataset<Row> labels) {
        Dataset<Row> truths = labels.filter(
                col("event_type").equalTo(reference.compiled().rows().name()));
        return answers(events, labels).union(inRange(truths).mapPartitions(labelPieces(), Encoders.row(Piece.SCHEMA)));
    }

    private Dataset<Row> inRange(Dataset<Row> records) {
        return records.filter(col(EVENT_TIME).between(range.from(), range.to()));
    }

    private static MapPartitionsFunction<Row, Row> labelPieces() {
        return found -> {
            LabelRows rows = new LabelRows();
            return Iterators.transform(found, row -> {
                Label label = rows.record(row);
                return Piece.label(SourceRecord.of(label), Position.of(row), label.getValue())
                        .toRow();
            });
        };
    }

    private static Column[] columns(String... names) {
        return Arrays.stream(names).map(name -> col(name)).toArray(Column[]::new);
    }

    private Dataset<Row> answers(List<Events> events, Dataset<Row> labels) {
        Dataset<Row> parts = arrived(labels).mapPartitions(labelParts(), Encoders.row(Part.SCHEMA));
        for (Events table : events) {
            parts = parts.union(
                    arrived(table.rows()).mapPartitions(eventParts(table.type().name()), Encoders.row(Part.SCHEMA)));
        }
        ModelReference model = reference;
        return parts.repartition(partitions, col(Part.SLOT))
                .sortWithinPartitions(columns(Part.ORDER))
                .mapPartitions(
                        (MapPartitionsFunction<Row, Row>)
                                found -> new PartFolder(model.compiled().model(), found),
                        Encoders.row(Piece.SCHEMA));
    }

    private Dataset<Row> arrived(Dataset<Row> records) {
        return records.filter(col(ARRIVAL_TIME).leq(range.lastArrival()));
    }

    private MapPartitionsFunction<Row, Row> eventParts(String eventType) {
        ModelReference model = reference;
        RowRange rows = range;
        return found -> {
            EventType type = model.compiled().useCase().event(eventType);
            EventRows codec = new EventRows(type);
            return new PartIterator(
                    new Projector(model.compiled(), rows),
                    found,
                    row -> new Arrived.Event(Position.of(row), type, codec.record(row)));
        };
    }

    private MapPartitionsFunction<Row, Row> labelParts() {
        ModelReference model = reference;
        RowRange rows = range;
        return found -> {
            LabelRows codec = new LabelRows();
            return new PartIterator(new Projector(model.compiled(), rows), found, row -> {
                Label label = codec.record(row);
                return new Arrived.Label(Position.of(row), label.getEventType(), SourceRecord.of(label));
            });
        };
    }
}

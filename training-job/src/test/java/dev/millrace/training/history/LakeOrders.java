package dev.millrace.training.history;

import dev.millrace.lake.EventRows;
import dev.millrace.lake.LabelRows;
import dev.millrace.lake.Position;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.training.history.Orders.Mark;
import dev.millrace.training.history.Orders.Order;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Orders and marks as the lake's tables give them: in any order, a tenth of them delivered once more, later. */
final class LakeOrders {

    private static final long AGAIN = 1_000_000;

    private final Orders world;
    private final EventType type;
    private final Random random;

    LakeOrders(Orders world, EventType type, long seed) {
        this.world = world;
        this.type = type;
        this.random = new Random(seed);
    }

    Dataset<Row> orders(SparkSession spark) {
        EventRows codec = new EventRows(type);
        List<Row> rows = new ArrayList<>();
        for (Order order : world.orders) {
            rows.add(codec.row(event(order), order.position()));
            if (random.nextInt(10) == 0) {
                rows.add(codec.row(event(order), again(order.position())));
            }
        }
        return shuffled(spark, rows, codec.columns().rows());
    }

    Dataset<Row> marks(SparkSession spark) {
        LabelRows codec = new LabelRows();
        List<Row> rows = new ArrayList<>();
        for (Mark mark : world.marks) {
            rows.add(codec.row(label(mark), mark.position()));
            if (random.nextInt(10) == 0) {
                rows.add(codec.row(label(mark), again(mark.position())));
            }
        }
        return shuffled(spark, rows, codec.columns().rows());
    }

    private Dataset<Row> shuffled(SparkSession spark, List<Row> rows, org.apache.spark.sql.types.StructType schema) {
        Collections.shuffle(rows, random);
        return spark.createDataFrame(rows, schema);
    }

    private Position again(Position first) {
        return new Position(
                first.arrivalTime() + random.nextInt(2) * random.nextInt(7_200_000),
                first.topicId(),
                first.partition(),
                first.offset() + AGAIN);
    }

    private GenericRecord event(Order order) {
        GenericRecord event = new GenericData.Record(type.schema());
        event.put("order_id", order.id());
        event.put("placed_at", order.time());
        event.put("buyer", order.buyer());
        event.put("shop", order.shop());
        event.put("amount", order.amount());
        event.put("pieces", order.pieces());
        event.put("weight", order.weight());
        event.put("gift", order.gift());
        event.put("returned", order.returned());
        event.put("recipient", order.recipient());
        event.put("fee", order.fee());
        return event;
    }

    private static Label label(Mark mark) {
        Order order = mark.order();
        return new Label(
                "orders",
                order.id(),
                Instant.ofEpochMilli(order.time()),
                order.buyer(),
                Map.of("shop", Long.toString(order.shop())),
                mark.value(),
                Instant.ofEpochMilli(mark.known()),
                mark.revision());
    }
}

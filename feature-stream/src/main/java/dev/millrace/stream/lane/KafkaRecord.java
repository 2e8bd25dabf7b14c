package dev.millrace.stream.lane;

import dev.millrace.schema.event.Headers;
import dev.millrace.stream.config.StreamConfig;
import java.sql.Timestamp;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * One record of a topic, as Spark gives it.
 *
 * @param value empty for a record without one
 * @param headers by name
 * @param writtenAt the record's own timestamp, epoch milliseconds
 */
public record KafkaRecord(
        String topic, int partition, long offset, byte[] value, Map<String, byte[]> headers, long writtenAt) {

    /** Rows of these topics, for {@link #of}. */
    public static DataStreamReader reader(SparkSession spark, StreamConfig config, Collection<String> topics) {
        return spark.readStream()
                .format("kafka")
                .option("kafka.bootstrap.servers", config.kafka())
                .option("kafka.isolation.level", "read_committed")
                .option("subscribe", String.join(",", topics))
                .option("startingOffsets", "earliest")
                .option("failOnDataLoss", true)
                .option("includeHeaders", true);
    }

    public static KafkaRecord of(Row row) {
        Map<String, byte[]> headers = new HashMap<>();
        int place = row.fieldIndex("headers");
        if (!row.isNullAt(place)) {
            List<Row> written = row.getList(place);
            written.forEach(header -> headers.put(header.getString(0), header.getAs(1)));
        }
        byte @Nullable [] value = row.getAs("value");
        return new KafkaRecord(
                row.getAs("topic"),
                row.getAs("partition"),
                row.getAs("offset"),
                value == null ? new byte[0] : value,
                headers,
                row.<Timestamp>getAs("timestamp").getTime());
    }

    /** Epoch milliseconds: the record's own time where ingestion said nothing. */
    public long arrivalTime() {
        byte[] arrival = headers.get(Headers.ARRIVAL_TIME);
        return arrival == null ? writtenAt : Headers.millis(arrival);
    }

    /** Whether its sender stated the arrival time: it is replayed. */
    public boolean isArrivalStated() {
        return headers.containsKey(Headers.ARRIVAL_STATED);
    }
}

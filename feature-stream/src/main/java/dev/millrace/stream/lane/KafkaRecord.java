package dev.millrace.stream.lane;

import dev.millrace.schema.event.Headers;
import dev.millrace.stream.config.StreamConfig;
import java.util.Collection;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * One record of a topic, as Spark gives it.
 *
 * @param value empty for a record without one
 * @param arrivalTime epoch milliseconds: the record's own time where ingestion said nothing
 * @param isArrivalStated whether its sender stated the arrival time: it is replayed
 */
public record KafkaRecord(
        String topic, int partition, long offset, byte[] value, long arrivalTime, boolean isArrivalStated) {
    private static final int GREATEST_POLL = 10_000;
    /** Bytes, of one partition. */
    private static final int GREATEST_FETCH = 2 << 20;

    /** Of these topics, for {@link #rows}. */
    public static DataStreamReader reader(SparkSession spark, StreamConfig config, Collection<String> topics) {
        return spark.readStream()
                .format("kafka")
                .option("kafka.bootstrap.servers", config.kafka())
                .option("kafka.isolation.level", "read_committed")
                // After every poll Spark asks where the partition begins and ends, and what was fetched beyond the
                // poll's records is fetched again.
                .option("kafka.max.poll.records", GREATEST_POLL)
                .option("kafka.max.partition.fetch.bytes", GREATEST_FETCH)
                .option("subscribe", String.join(",", topics))
                .option("startingOffsets", "earliest")
                .option("failOnDataLoss", true)
                .option("includeHeaders", true);
    }

    /** For {@link #of}: what it wants, in its order. */
    public static Dataset<Row> rows(DataStreamReader reader) {
        return reader.load()
                .selectExpr(
                        "topic",
                        "partition",
                        "offset",
                        "value",
                        "unix_millis(timestamp) as writtenAt",
                        // Rows of headers would cost as much as all else of a record.
                        "get(headers.value, cast(array_position(headers.key, '%s') - 1 as int)) as arrivalTime"
                                .formatted(Headers.ARRIVAL_TIME),
                        "coalesce(array_contains(headers.key, '%s'), false) as isArrivalStated"
                                .formatted(Headers.ARRIVAL_STATED));
    }

    public static KafkaRecord of(Row row) {
        byte @Nullable [] value = row.getAs(3);
        byte @Nullable [] arrival = row.getAs(5);
        return new KafkaRecord(
                row.getString(0),
                row.getInt(1),
                row.getLong(2),
                value == null ? new byte[0] : value,
                arrival == null ? row.getLong(4) : Headers.millis(arrival, row.getLong(4)),
                row.getBoolean(6));
    }
}

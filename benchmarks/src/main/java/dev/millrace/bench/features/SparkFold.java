package dev.millrace.bench.features;

import dev.millrace.schema.event.SingleObject;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Beginning;
import dev.millrace.stream.lane.ExactLane;
import dev.millrace.stream.lane.TopicIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * The same readings into the same five aggregates over the same five widths of tile: by our query, which also drops repetitions
 * and keeps what a read adds up, and by Spark's own grouping, which does neither. Nothing is written anywhere.
 */
final class SparkFold implements AutoCloseable {
    private static final long LONGEST = 1_800;
    /**
     * As one that catches up would be set: what a batch costs beside its events, such as a block's way from and
     * to its state, is shared by more of them.
     */
    private static final int BATCH = 1_000_000;

    private static final List<Long> TILE_MINUTES = List.of(10L, 24L, 48L, 168L, 720L);

    private final StreamConfig config;
    private final SparkSession spark;
    private final Path folder;

    SparkFold(Path useCases, String kafka) throws IOException {
        this.folder = Files.createTempDirectory("millrace-bench-spark");
        // No table and no Redis is written: what would lead there is never used.
        this.config = StreamConfig.from(Map.of(
                "MILLRACE_USE_CASES",
                useCases.toString(),
                "MILLRACE_USE_CASE",
                Readings.USE_CASE,
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka,
                "POSTGRES_PASSWORD",
                "unused",
                "MILLRACE_CHECKPOINT",
                folder.resolve("ours").toString(),
                "MILLRACE_GREATEST_BATCH",
                Integer.toString(BATCH)));
        this.spark = ExactLane.session(config);
        spark.sparkContext().setLogLevel("ERROR");
    }

    Throughput.Pace ours(long readings) throws IOException, TimeoutException, InterruptedException {
        Throughput throughput = new Throughput(readings);
        Map<String, String> topics = TopicIds.of(config.kafka(), Set.of("readings"));
        return run(
                new ExactLane(spark, config, topics, Clock.systemUTC(), Beginning.OF_ALL)
                        .start((batch, number) -> write(batch)),
                throughput);
    }

    private static void write(Dataset<Row> batch) {
        batch.write().format("noop").mode("overwrite").save();
    }

    /** Polled: Spark tells what a batch has read once it is over. */
    private static Throughput.Pace run(StreamingQuery query, Throughput throughput) throws InterruptedException {
        Thread watch = Thread.ofPlatform().daemon().start(() -> {
            long last = -1;
            while (query.isActive()) {
                for (var progress : query.recentProgress()) {
                    if (progress.batchId() > last) {
                        last = progress.batchId();
                        throughput.add(progress.numInputRows());
                    }
                }
                LockSupport.parkNanos(20_000_000);
            }
        });
        try {
            return throughput.pace(LONGEST);
        } finally {
            try {
                query.stop();
            } catch (TimeoutException e) {
                throw new IllegalStateException("The query does not stop", e);
            }
            watch.join();
        }
    }

    Throughput.Pace builtIn(long readings, String schema) throws TimeoutException, InterruptedException {
        Dataset<Row> parsed = spark.readStream()
                .format("kafka")
                .option("kafka.bootstrap.servers", config.kafka())
                .option("kafka.fetch.max.wait.ms", "10")
                .option("kafka.max.poll.records", 10_000)
                .option("kafka.max.partition.fetch.bytes", 2 << 20)
                .option("subscribe", "readings")
                .option("startingOffsets", "earliest")
                .option("maxOffsetsPerTrigger", BATCH)
                .load()
                .select(org.apache
                        .spark
                        .sql
                        .avro
                        .functions
                        .from_avro(functions.expr("substring(value, " + (SingleObject.HEADER + 1) + ")"), schema)
                        .as("reading"))
                .select("reading.*");
        String tiles = TILE_MINUTES.stream()
                .map(minutes -> "struct(%d as width, floor((unix_millis(at) - 1) / %d) as tile)"
                        .formatted(minutes, minutes * 60_000))
                .reduce((one, other) -> one + ", " + other)
                .orElseThrow();
        Dataset<Row> aggregated = parsed.selectExpr("device", "value", "explode(array(" + tiles + ")) as window")
                .groupBy("device", "window.width", "window.tile")
                .agg(
                        functions.count("*"),
                        functions.sum("value"),
                        functions.avg("value"),
                        functions.max("value"),
                        functions.stddev("value"));
        Throughput throughput = new Throughput(readings);
        // Its grouping knows no other.
        spark.conf().set("spark.sql.streaming.stateStore.encodingFormat", "unsaferow");
        return run(
                aggregated
                        .writeStream()
                        .outputMode(OutputMode.Update())
                        .option("checkpointLocation", folder.resolve("built-in").toString())
                        .trigger(Trigger.ProcessingTime("1 second"))
                        .format("noop")
                        .start(),
                throughput);
    }

    @Override
    public void close() throws IOException {
        spark.close();
    }
}

package dev.millrace.stream.lane;

import com.google.common.collect.Streams;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.config.StreamConfig;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.TimeMode;
import org.apache.spark.sql.streaming.Trigger;

/** One query: topics → rows per view and entity → blocks and windows. Exactly once in effect, a trigger a second. */
public final class ExactLane {
    /** Whose tasks come first. */
    public static final String POOL = "exact";

    /** Rows of this form reach the batch's consumer. */
    public static final Encoder<Row> PRODUCED = Encoders.row(Produced.SCHEMA);

    private final SparkSession spark;
    private final StreamConfig config;
    private final Map<String, String> topicIds;
    private final Clock clock;
    private final Beginning beginning;

    /**
     * @param clock of every task: serializable
     * @param beginning what the query starts from while it has no checkpoint
     */
    public ExactLane(
            SparkSession spark, StreamConfig config, Map<String, String> topicIds, Clock clock, Beginning beginning) {
        this.beginning = beginning;
        this.spark = spark;
        this.config = config;
        this.clock = clock;
        this.topicIds = new HashMap<>(topicIds);
    }

    /** The topics that a use case's views are fed by. */
    public static Set<String> topics(FeatureEngine engine) {
        Set<String> topics = new TreeSet<>(Set.of(Topics.LABELS));
        engine.useCase().events().values().stream().map(EventType::topic).forEach(topics::add);
        return topics;
    }

    /** A session with the settings that the query needs. */
    public static SparkSession session(StreamConfig config) {
        int cores = Runtime.getRuntime().availableProcessors();
        SparkSession.Builder builder = SparkSession.builder()
                .appName("feature-stream " + config.useCase())
                .master(config.master())
                .config("spark.ui.enabled", false)
                // What else runs in this process comes after the exact lane: see fairscheduler.xml.
                .config("spark.scheduler.mode", "FAIR")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                // What a task has polled beyond its end waits for the next one in memory: minutes of it are more than
                // there is.
                .config("spark.kafka.consumer.fetchedData.cache.timeout", "5s")
                .config("spark.kafka.consumer.fetchedData.cache.evictorThreadRunInterval", "5s")
                // The virtual machine interprets methods of more bytes for ever.
                .config("spark.sql.codegen.hugeMethodLimit", 8_000)
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.shuffle.partitions", Math.max(2, cores))
                .config(
                        "spark.sql.streaming.stateStore.providerClass",
                        "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider")
                .config("spark.sql.streaming.stateStore.encodingFormat", "avro")
                .config("spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled", true)
                .config("spark.sql.streaming.stateStore.rocksdb.trackTotalNumberOfRows", false)
                .config("spark.sql.streaming.stateStore.rocksdb.boundedMemoryUsage", true)
                .config("spark.sql.streaming.stateStore.rocksdb.maxMemoryUsageMB", 200)
                .config("spark.sql.streaming.noDataMicroBatches.enabled", false)
                .config("spark.sql.streaming.metricsEnabled", false);
        if (!config.checkpoint().contains("://")) {
            builder.config(
                            "spark.sql.streaming.checkpointFileManagerClass",
                            "org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager")
                    .config("spark.sql.streaming.checkpoint.fileChecksum.enabled", false);
        }
        if (config.lake() != null) {
            config.lake().known(builder);
        }
        return builder.getOrCreate();
    }

    /**
     * @param consumer gets each batch's {@link Produced} rows and its number; must evaluate them once
     * @throws TimeoutException when the query does not start
     */
    public StreamingQuery start(VoidFunction2<Dataset<Row>, Long> consumer) throws TimeoutException {
        Dataset<Row> records = KafkaRecord.rows(KafkaRecord.reader(spark, config, topicIds.keySet())
                .option("startingOffsets", beginning.offsets())
                .option("kafka.fetch.max.wait.ms", "10")
                .option("maxOffsetsPerTrigger", config.greatestBatch()));
        return records.mapPartitions(router(), Encoders.row(Keyed.SCHEMA))
                .withWatermark(Keyed.READ_AT, BlockFolder.CLOCK_SLACK.toHours() + " hours")
                .groupByKey((MapFunction<Row, String>) row -> row.getString(0), Encoders.STRING())
                .transformWithState(
                        new BlockFolder(config),
                        TimeMode.EventTime(),
                        OutputMode.Update(),
                        InitialState.read(spark, beginning)
                                .groupByKey((MapFunction<Row, String>) row -> row.getString(0), Encoders.STRING()),
                        PRODUCED,
                        InitialState.ROWS)
                .writeStream()
                .queryName("exact")
                .outputMode(OutputMode.Update())
                .option("checkpointLocation", config.checkpoint())
                .trigger(Trigger.ProcessingTime("1 second"))
                .foreachBatch(consumer)
                .start();
    }

    private MapPartitionsFunction<Row, Row> router() {
        StreamConfig read = config;
        Map<String, String> ids = topicIds;
        Clock readBy = clock;
        return rows -> new RoutedRows(new RecordRouter(Engines.of(read), ids), rows, readBy);
    }

    /**
     * What was served after a batch.
     *
     * @param batch one that is committed
     * @return every block, as {@link Produced} of the kind BLOCK
     */
    public Dataset<Row> stateAfter(long batch) {
        Dataset<Row> states = variable(BlockFolder.STATE, batch);
        Dataset<Row> older = variable(BlockFolder.OLDER, batch);
        return states.join(older, states.col("key").equalTo(older.col("key")), "left")
                .select(states.col("key.value"), states.col("value.value"), older.col("value.value"))
                .mapPartitions(served(config), PRODUCED);
    }

    private Dataset<Row> variable(String name, long batch) {
        return spark.read()
                .format("statestore")
                .option("stateVarName", name)
                .option("batchId", batch)
                .load(config.checkpoint());
    }

    /** The same of what the query starts with. */
    public Dataset<Row> stateBefore() {
        return InitialState.read(spark, beginning).mapPartitions(served(config), PRODUCED);
    }

    private static MapPartitionsFunction<Row, Row> served(StreamConfig config) {
        return rows -> {
            ServedBlocks blocks = new ServedBlocks(Engines.of(config));
            return Streams.stream(rows)
                    .flatMap(row -> blocks.of(row.getString(0), row.getAs(1), row.getAs(2)))
                    .map(Produced::toRow)
                    .iterator();
        };
    }
}

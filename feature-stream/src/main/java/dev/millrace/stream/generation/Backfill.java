package dev.millrace.stream.generation;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.lake.Lake;
import dev.millrace.lake.LakeException;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lake.FilledTable;
import dev.millrace.stream.lane.Engines;
import dev.millrace.stream.lane.ExactLane;
import dev.millrace.stream.lane.InitialState;
import dev.millrace.stream.lane.StartingOffsets;
import dev.millrace.stream.lane.TopicIds;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a generation from the lake: the state of every view and entity up to the offsets that the lake has surely reached,
 * folded by the code that folds the stream, and those offsets, from which on its query reads Kafka. No event is in neither or
 * in both.
 */
public final class Backfill {
    private static final Logger LOG = LoggerFactory.getLogger(Backfill.class);
    /** Sorted one after the other, each within the memory of a task. */
    private static final int PARTITIONS_PER_CORE = 4;

    private final SparkSession spark;
    private final StreamConfig config;
    private final Generations generations;
    private final Clock clock;
    private final Configuration hadoop;

    /** @param spark that knows the lake */
    public Backfill(SparkSession spark, StreamConfig config, Generations generations, Clock clock) {
        this.spark = spark;
        this.config = config;
        this.generations = generations;
        this.clock = clock;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
    }

    /**
     * Returns when the generation is published.
     *
     * @throws LakeException when there is no lake
     */
    public Generation run() throws IOException, InterruptedException {
        if (config.lake() == null) {
            throw new LakeException("A backfill reads the lake, but S3_BUCKET_PROCESSED names no bucket: set it to the"
                    + " bucket that feature-stream writes");
        }
        long started = clock.millis();
        int number = generations.newest().map(Generation::number).orElse(0) + 1;
        StreamConfig next = config.at(generations.checkpoint(number));
        FeatureEngine engine = Engines.of(next);
        Map<String, String> topicIds = TopicIds.of(config.kafka(), ExactLane.topics(engine));
        config.lake().makeBucket();
        Lake lake = new Lake(spark, engine.useCase());
        lake.prepare();
        List<FilledTable> tables = FilledTable.folded(lake, engine.useCase(), topicIds);
        // Before the tables are read: they hold at least what was committed by now.
        Map<TopicPartition, Long> offsets = offsets(tables);
        Dataset<Row> fed = spark.createDataset(List.of(), Encoders.row(FedRows.SCHEMA));
        for (FilledTable filled : tables) {
            Map<Integer, Long> before = new HashMap<>();
            offsets.forEach((partition, offset) -> {
                if (partition.topic().equals(filled.topic())) {
                    before.put(partition.partition(), offset);
                }
            });
            FedRows rows = new FedRows(next, filled.name(), filled.topicId(), before);
            fed = fed.union(filled.table().read().mapPartitions(rows, Encoders.row(FedRows.SCHEMA)));
        }
        int partitions = PARTITIONS_PER_CORE * Runtime.getRuntime().availableProcessors();
        fed.repartition(partitions, fed.col("key"))
                .sortWithinPartitions("key", "arrival", "topicId", "partition", "offset")
                .mapPartitions(new HistoryFolder(next, clock.millis()), InitialState.ROWS)
                .write()
                .mode("overwrite")
                .parquet(generations.initial(number));
        Generation generation = new Generation(
                number, Generation.versions(engine), StartingOffsets.of(config.kafka(), topicIds.keySet(), offsets));
        generations.publish(generation);
        LOG.info(
                "Generation {} is folded up to {} after {} s",
                number,
                generation.offsets(),
                (clock.millis() - started) / 1000);
        return generation;
    }

    /** Of each partition the least that the tables of its topic have reached. */
    private Map<TopicPartition, Long> offsets(List<FilledTable> tables) throws IOException {
        Map<TopicPartition, Long> least = new HashMap<>();
        Map<TopicPartition, Integer> reached = new HashMap<>();
        Map<String, Integer> fillers = new HashMap<>();
        for (FilledTable filled : tables) {
            fillers.merge(filled.topic(), 1, Integer::sum);
            new LakeOffsets(config.checkpoint() + ".lake/" + filled.name(), hadoop)
                    .committed()
                    .orElseGet(filled::held)
                    .forEach((partition, offset) -> {
                        least.merge(partition, offset, Math::min);
                        reached.merge(partition, 1, Integer::sum);
                    });
        }
        // What one of its tables has not reached at all is read from its beginning.
        least.keySet().removeIf(partition -> !Objects.equals(reached.get(partition), fillers.get(partition.topic())));
        return least;
    }
}

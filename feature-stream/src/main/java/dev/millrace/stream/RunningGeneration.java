package dev.millrace.stream;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.online.Progress.Key;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.generation.Generation;
import dev.millrace.stream.generation.Generations;
import dev.millrace.stream.lake.LakeLane;
import dev.millrace.stream.lane.CheckpointId;
import dev.millrace.stream.lane.Engines;
import dev.millrace.stream.lane.ExactLane;
import dev.millrace.stream.lane.StartingOffsets;
import dev.millrace.stream.lane.TopicIds;
import dev.millrace.stream.online.ProgressTracker;
import dev.millrace.stream.online.RedisState;
import dev.millrace.stream.table.PostgresSink;
import dev.millrace.stream.watch.StreamMetrics;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One generation's query, with all that it writes to. Started again, it goes on from its checkpoint. */
final class RunningGeneration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningGeneration.class);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final StreamConfig config;
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final StreamMetrics metrics;
    private final SparkSession spark;
    private final ExactLane lane;
    private final BatchWriter writer;
    private volatile @Nullable StreamingQuery query;

    /** Prepares everything; {@link #run} starts reading. */
    RunningGeneration(
            StreamConfig base,
            Generations generations,
            Generation generation,
            SparkSession spark,
            StreamMetrics metrics,
            Clock clock)
            throws IOException, SQLException, InterruptedException {
        this.config = base.at(generations.checkpoint(generation.number()));
        this.metrics = metrics;
        this.spark = spark;
        try {
            FeatureEngine engine = Engines.of(config);
            Map<String, String> topicIds = TopicIds.of(config.kafka(), ExactLane.topics(engine));
            lane = new ExactLane(spark, config, topicIds, clock, generations.beginning(generation));
            Configuration hadoop = spark.sparkContext().hadoopConfiguration();
            String checkpointId = CheckpointId.of(config.checkpoint(), hadoop);
            PostgresSink postgres = keep(new PostgresSink(config, engine, checkpointId, topicIds));
            metrics.watch(postgres.pool());
            postgres.createTables();
            RedisState redis = keep(new RedisState(config, lane, checkpointId));
            DeadLetters deadLetters = keep(new DeadLetters(config.kafka(), checkpointId, clock));
            DeadLetters unstorable = keep(new DeadLetters(config.kafka(), checkpointId + "-unstorable", clock));
            PostgresSink.LastCommit last = postgres.lastCommit(checkpointId);
            Map<Key, Long> before = before(generations, generation, postgres, hadoop);
            if (generation.number() > 0 && last.batch() < 0) {
                redis.begin();
            }
            ProgressTracker progress = new ProgressTracker(before, generation.views());
            progress.resume(started(generation));
            progress.resume(OffsetText.parse(last.offsets()));
            writer = new BatchWriter(
                    config, redis, postgres, deadLetters, unstorable, progress, metrics, clock, last.batch(), before);
            Map<String, String> all = new HashMap<>(topicIds);
            all.putAll(TopicIds.of(config.kafka(), List.of(Topics.PREDICTIONS)));
            Consumer<Map<TopicPartition, Long>> observer = lake(engine.useCase(), all, base.checkpoint() + ".lake");
            keep(new DecisionWriter(
                            config.kafka(),
                            Objects.requireNonNull(all.get(Topics.PREDICTIONS)),
                            postgres.pool(),
                            metrics,
                            clock,
                            observer))
                    .start();
            Heartbeat heartbeat = keep(new Heartbeat(
                    config.kafka(), topicIds.keySet(), progress, redis, postgres, writer, metrics, clock, observer));
            ScheduledExecutorService beats = keep(Executors.newSingleThreadScheduledExecutor());
            beats.scheduleWithFixedDelay(heartbeat, 0, Heartbeat.PERIOD.toMillis(), TimeUnit.MILLISECONDS)
                    .state();
        } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** What the last query that ran before has written. */
    private static Map<Key, Long> before(
            Generations generations, Generation generation, PostgresSink postgres, Configuration hadoop)
            throws IOException, SQLException {
        for (int number : generations.ranBefore(generation)) {
            PostgresSink.LastCommit last = postgres.lastCommit(CheckpointId.of(generations.checkpoint(number), hadoop));
            if (last.batch() >= 0) {
                return OffsetText.parse(last.offsets());
            }
        }
        return Map.of();
    }

    /** What lies before a generation's first offsets is in the state that it started with. */
    private static Map<Key, Long> started(Generation generation) {
        Map<Key, Long> offsets = new HashMap<>();
        if (generation.number() > 0) {
            StartingOffsets.parse(generation.offsets())
                    .forEach((partition, offset) ->
                            offsets.put(new Key(partition.topic(), partition.partition()), Math.max(0, offset)));
        }
        return offsets;
    }

    private <T extends AutoCloseable> T keep(T resource) {
        resources.push(resource);
        return resource;
    }

    /** Starts to write the lake, if there is one; gives what wants to know where the topics end. */
    private Consumer<Map<TopicPartition, Long>> lake(
            UseCase useCase, Map<String, String> topicIds, String checkpoints) {
        if (config.lake() == null) {
            LOG.info("No lake is written: S3_BUCKET_PROCESSED names no bucket");
            return ends -> {};
        }
        LakeLane lakes = keep(new LakeLane(spark, config, config.lake(), useCase, topicIds, metrics, checkpoints));
        lakes.start();
        return lakes::observe;
    }

    /**
     * Reads until {@link #close}, or until another generation is to take over; after a failure it starts again from the
     * checkpoint.
     */
    void run(BooleanSupplier superseded) throws InterruptedException {
        spark.sparkContext().setLocalProperty("spark.scheduler.pool", ExactLane.POOL);
        while (stopped.getCount() > 0) {
            try {
                StreamingQuery started = lane.start(writer);
                query = started;
                metrics.query("");
                LOG.info("Reading events of the use case {}", config.useCase());
                while (!started.awaitTermination(LOOK.toMillis())) {
                    if (superseded.getAsBoolean()) {
                        return;
                    }
                }
            } catch (StreamingQueryException | TimeoutException e) {
                LOG.error("The query failed and starts again from its checkpoint in {}", RETRY, e);
                metrics.query(String.valueOf(e.getMessage()).lines().findFirst().orElse("failed"));
            }
            if (stopped.await(RETRY.toMillis(), TimeUnit.MILLISECONDS) || superseded.getAsBoolean()) {
                return;
            }
        }
    }

    /** Ends the running batch and everything else. */
    @Override
    public synchronized void close() {
        stopped.countDown();
        StreamingQuery running = query;
        if (running != null) {
            try {
                running.stop();
            } catch (TimeoutException e) {
                LOG.warn("The running batch did not end in time; it runs again at the next start");
            }
        }
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception e) {
                LOG.warn("Could not close a resource", e);
            }
        }
    }
}

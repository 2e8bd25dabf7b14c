package dev.millrace.stream;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lake.LakeLane;
import dev.millrace.stream.lane.CheckpointId;
import dev.millrace.stream.lane.Engines;
import dev.millrace.stream.lane.ExactLane;
import dev.millrace.stream.lane.TopicIds;
import dev.millrace.stream.online.ProgressTracker;
import dev.millrace.stream.online.RedisState;
import dev.millrace.stream.table.PostgresSink;
import dev.millrace.stream.watch.StreamMetrics;
import dev.millrace.stream.watch.WatchServer;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process: event topics in; Redis, PostgreSQL, the lake and the dead-letter topic out. Started again, it goes on from its
 * checkpoint.
 */
public final class FeatureStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FeatureStream.class);
    private static final Duration TOPIC_WAIT = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final StreamConfig config;
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final StreamMetrics metrics = new StreamMetrics();
    private final SparkSession spark;
    private final ExactLane lane;
    private final BatchWriter writer;
    private final int watchPort;
    private volatile @Nullable StreamingQuery query;

    /** Prepares everything; {@link #run} starts reading. */
    public FeatureStream(StreamConfig config, Clock clock) throws IOException, SQLException, InterruptedException {
        this.config = config;
        try {
            watchPort = keep(new WatchServer(config.address(), config.port(), metrics))
                    .port();
            FeatureEngine engine = Engines.of(config.useCases(), config.useCase());
            Map<String, String> topicIds = TopicIds.of(config.kafka(), ExactLane.topics(engine), TOPIC_WAIT);
            spark = keep(ExactLane.session(config));
            lane = new ExactLane(spark, config, topicIds, clock);
            String checkpointId =
                    CheckpointId.of(config.checkpoint(), spark.sparkContext().hadoopConfiguration());
            PostgresSink postgres = keep(new PostgresSink(config, engine, checkpointId, topicIds));
            metrics.watch(postgres.pool());
            postgres.createTables();
            RedisState redis = keep(new RedisState(config, lane, checkpointId));
            DeadLetters deadLetters = keep(new DeadLetters(config.kafka(), checkpointId, clock));
            ProgressTracker progress = new ProgressTracker();
            PostgresSink.LastCommit last = postgres.lastCommit();
            progress.resume(OffsetText.parse(last.offsets()));
            writer = new BatchWriter(config, redis, postgres, deadLetters, progress, metrics, clock, last.batch());
            Consumer<Map<TopicPartition, Long>> observer = lake(config, spark, engine.useCase(), topicIds);
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

    private <T extends AutoCloseable> T keep(T resource) {
        resources.push(resource);
        return resource;
    }

    /** Starts to write the lake, if there is one; gives what wants to know where the topics end. */
    private Consumer<Map<TopicPartition, Long>> lake(
            StreamConfig config, SparkSession spark, UseCase useCase, Map<String, String> topicIds) {
        if (config.lake() == null) {
            LOG.info("No lake is written: S3_BUCKET_PROCESSED names no bucket");
            return ends -> {};
        }
        LakeLane lane = keep(new LakeLane(spark, config, config.lake(), useCase, topicIds, metrics));
        lane.start();
        return lane::observe;
    }

    /** Reads until {@link #close}; after a failure it starts again from the checkpoint. */
    public void run() throws InterruptedException {
        spark.sparkContext().setLocalProperty("spark.scheduler.pool", ExactLane.POOL);
        while (stopped.getCount() > 0) {
            try {
                StreamingQuery started = lane.start(writer);
                query = started;
                metrics.query("");
                LOG.info("Reading events of the use case {}", config.useCase());
                started.awaitTermination();
            } catch (StreamingQueryException | TimeoutException e) {
                LOG.error("The query failed and starts again from its checkpoint in {}", RETRY, e);
                metrics.query(String.valueOf(e.getMessage()).lines().findFirst().orElse("failed"));
            }
            if (stopped.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    /** The port of metrics and health. */
    public int watchPort() {
        return watchPort;
    }

    /** Ends the running batch and everything else. */
    @Override
    public void close() {
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

    /** Reads its configuration from the environment, see {@link StreamConfig}. */
    public static void main(String[] arguments) throws Exception {
        try {
            FeatureStream stream = new FeatureStream(StreamConfig.from(System.getenv()), Clock.systemUTC());
            Runtime.getRuntime().addShutdownHook(new Thread(stream::close, "stop"));
            stream.run();
        } catch (IllegalArgumentException | IllegalStateException | InvalidUseCaseException e) {
            LOG.error("feature-stream cannot start: {}", e.getMessage());
            System.exit(1);
        }
    }
}

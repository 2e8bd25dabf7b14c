package dev.millrace.stream.lake;

import dev.millrace.lake.Lake;
import dev.millrace.lake.LakeSettings;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.watch.StreamMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the lake's queries running, on a thread of its own: whatever fails here is told and tried again, and the exact lane
 * knows nothing of it.
 */
public final class LakeLane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LakeLane.class);
    private static final String POOL = "lake";
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final SparkSession spark;
    private final LakeSettings settings;
    private final Lake lake;
    private final List<LakeQuery> queries = new ArrayList<>();
    private final StreamMetrics metrics;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param config whose checkpoint names the definitions
     * @param topicIds Kafka's id of each topic
     * @param folder of the queries' own checkpoints
     */
    public LakeLane(
            SparkSession spark,
            StreamConfig config,
            LakeSettings settings,
            UseCase useCase,
            Map<String, String> topicIds,
            StreamMetrics metrics,
            String folder) {
        this.spark = spark;
        this.settings = settings;
        this.lake = new Lake(spark, useCase);
        this.metrics = metrics;
        for (FilledTable filled : FilledTable.all(lake, useCase, topicIds)) {
            queries.add(new LakeQuery(spark, config, filled, folder));
        }
        this.thread = Thread.ofPlatform().name("lake").daemon().unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        spark.sparkContext().setLocalProperty("spark.scheduler.pool", POOL);
        try {
            boolean prepared = false;
            while (stopped.getCount() > 0) {
                try {
                    if (!prepared) {
                        settings.makeBucket();
                        lake.prepare();
                        prepared = true;
                    }
                    keepRunning();
                    wait(LOOK);
                } catch (IOException | TimeoutException | RuntimeException e) {
                    metrics.lake(e.toString());
                    LOG.error("The lake cannot be written and is tried again in {}: {}", RETRY, e.toString());
                    wait(RETRY);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void keepRunning() throws IOException, TimeoutException, InterruptedException {
        List<String> failures = new ArrayList<>();
        for (LakeQuery query : queries) {
            metrics.laked(query.name(), query.newlyRead());
            query.failure().ifPresent(failure -> {
                failures.add(query.name() + ": " + failure);
                metrics.lakeRestarted(query.name());
            });
        }
        if (!failures.isEmpty()) {
            metrics.lake(String.join("; ", failures));
            LOG.error(
                    "Queries of the lake failed and start again from their checkpoints in {}: {}",
                    RETRY,
                    String.join("; ", failures));
            wait(RETRY);
        }
        for (LakeQuery query : queries) {
            if (!query.isRunning() && stopped.getCount() > 0) {
                query.start();
                LOG.info("Writing the lake's table {}", query.name());
            }
        }
        if (failures.isEmpty()) {
            metrics.lake("");
        }
    }

    private void wait(Duration time) throws InterruptedException {
        boolean ended = stopped.await(time.toMillis(), TimeUnit.MILLISECONDS);
        LOG.debug("Waited {}, stopped: {}", time, ended);
    }

    /** Tells how far the tables are behind. */
    public void observe(Map<TopicPartition, Long> ends) {
        for (LakeQuery query : queries) {
            query.behind(ends).ifPresent(records -> metrics.lakeLag(query.name(), records));
        }
    }

    /** Ends the running batches. */
    @Override
    public void close() throws InterruptedException {
        stopped.countDown();
        thread.join();
        for (LakeQuery query : queries) {
            try {
                query.stop();
            } catch (TimeoutException e) {
                LOG.warn("The running batch of the lake's table {} did not end in time", query.name());
            }
        }
    }
}

package dev.millrace.stream;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.generation.Backfill;
import dev.millrace.stream.generation.Generation;
import dev.millrace.stream.generation.Generations;
import dev.millrace.stream.lane.Engines;
import dev.millrace.stream.lane.ExactLane;
import dev.millrace.stream.watch.StreamMetrics;
import dev.millrace.stream.watch.WatchServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process: event topics in; Redis, PostgreSQL, the lake and the dead-letter topic out. It runs the newest generation whose
 * state is what the definitions want, and makes one from the lake when there is none.
 */
public final class FeatureStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FeatureStream.class);

    private final StreamConfig config;
    private final Clock clock;
    private final StreamMetrics metrics = new StreamMetrics();
    private final WatchServer watch;
    private final SparkSession spark;
    private final Generations generations;
    private Generation generation;
    private @Nullable RunningGeneration current;
    private boolean closed;

    /** Prepares everything; {@link #run} starts reading. */
    public FeatureStream(StreamConfig config, Clock clock) throws IOException, SQLException, InterruptedException {
        this.config = config;
        this.clock = clock;
        watch = new WatchServer(config.address(), config.port(), metrics);
        SparkSession session = null;
        try {
            session = ExactLane.session(config);
            spark = session;
            generations =
                    new Generations(config.checkpoint(), spark.sparkContext().hadoopConfiguration());
            generation = suitable();
            current = running(generation);
            removeOld();
        } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
            watch.close();
            if (session != null) {
                session.stop();
            }
            throw e;
        }
    }

    private RunningGeneration running(Generation next) throws IOException, SQLException, InterruptedException {
        return new RunningGeneration(config, generations, next, spark, metrics, clock);
    }

    /** The newest generation if it keeps what the definitions want, else a new one. */
    private Generation suitable() throws IOException, InterruptedException {
        Optional<Generation> newest = generations.newest();
        FeatureEngine engine = Engines.now(config);
        if (newest.isEmpty()) {
            Generation first = Generation.first(engine);
            generations.publish(first);
            return first;
        }
        String changes = newest.get().changes(engine);
        if (changes.isEmpty()) {
            return newest.get();
        }
        if (config.lake() == null) {
            throw new IllegalStateException("The definitions have changed since this checkpoint was made: " + changes
                    + ". Their state is folded from the lake, but S3_BUCKET_PROCESSED names no bucket: bring the former"
                    + " definitions back, or start with an empty checkpoint to fold what Kafka still holds");
        }
        LOG.warn(
                "The definitions have changed: {}. Folding their state from the lake before the stream goes on",
                changes);
        return new Backfill(spark, config, generations, clock).run();
    }

    /** Reads until {@link #close}; hands over to each generation that is newer. */
    public void run() throws InterruptedException {
        while (true) {
            RunningGeneration running;
            synchronized (this) {
                if (closed || current == null) {
                    return;
                }
                running = current;
            }
            running.run(this::isSuperseded);
            if (!handOver(running)) {
                return;
            }
        }
    }

    private boolean isSuperseded() {
        try {
            return generations.newest().map(Generation::number).orElse(0) > generation.number();
        } catch (IOException e) {
            LOG.warn("Cannot look for a newer generation: {}", e.toString());
            return false;
        }
    }

    /** Not under the lock while it folds: who closes does not wait for that, but ends it. */
    private boolean handOver(RunningGeneration former) throws InterruptedException {
        if (isClosed()) {
            return false;
        }
        try {
            former.close();
            Generation next = suitable();
            return takesOver(next, running(next));
        } catch (IOException e) {
            throw new UncheckedIOException("The next generation cannot be started", e);
        } catch (SQLException e) {
            throw new IllegalStateException("The next generation cannot be started: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            if (isClosed()) {
                LOG.info("Closed while the next generation was made ready: {}", e.toString());
                return false;
            }
            throw e;
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized boolean takesOver(Generation next, RunningGeneration running) {
        if (closed) {
            running.close();
            return false;
        }
        generation = next;
        current = running;
        LOG.info("Generation {} takes over", next.number());
        removeOld();
        return true;
    }

    /** What is left lying costs room, nothing else. */
    private void removeOld() {
        try {
            generations.removeBefore(generation);
        } catch (IOException e) {
            LOG.warn("Old generations stay: {}", e.toString());
        }
    }

    /** The port of metrics and health. */
    public int watchPort() {
        return watch.port();
    }

    /** Ends the running batch and everything else. */
    @Override
    public synchronized void close() {
        closed = true;
        if (current != null) {
            current.close();
        }
        spark.stop();
        watch.close();
    }

    /** Reads its configuration from the environment, see {@link StreamConfig}; {@code backfill} makes a generation and ends. */
    public static void main(String[] arguments) throws Exception {
        try {
            StreamConfig config = StreamConfig.from(System.getenv());
            if (arguments.length > 0) {
                System.exit(new BackfillCommand(config, System.out, Clock.systemUTC()).run(arguments));
            }
            FeatureStream stream = new FeatureStream(config, Clock.systemUTC());
            Runtime.getRuntime().addShutdownHook(new Thread(stream::close, "stop"));
            stream.run();
        } catch (IllegalArgumentException | IllegalStateException | InvalidUseCaseException e) {
            LOG.error("feature-stream cannot start: {}", e.getMessage());
            System.exit(1);
        }
    }
}

package dev.millrace.stream;

import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.generation.Backfill;
import dev.millrace.stream.generation.Generation;
import dev.millrace.stream.generation.Generations;
import dev.millrace.stream.lane.CheckpointId;
import dev.millrace.stream.lane.ExactLane;
import dev.millrace.stream.online.RedisState;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;

/** {@code backfill}: folds a generation from the lake beside the running stream, and waits until that has taken it over. */
final class BackfillCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final StreamConfig config;
    private final PrintStream out;
    private final Clock clock;

    BackfillCommand(StreamConfig config, PrintStream out, Clock clock) {
        this.config = config;
        this.out = out;
        this.clock = clock;
    }

    /** The exit code. */
    int run(String... arguments) throws IOException, InterruptedException {
        List<String> given = List.of(arguments);
        if (given.equals(List.of("backfill", "--help"))) {
            out.println("Usage: backfill");
            out.println("Folds the state of every view and entity from the lake, by the definitions as they are now.");
            out.println("The running stream goes on meanwhile, and then with what was folded.");
            return 0;
        }
        if (!given.equals(List.of("backfill"))) {
            throw new IllegalArgumentException("Expected no argument, or backfill; found " + given);
        }
        long started = clock.millis();
        String checkpointId;
        int number;
        out.println("Folding the history of " + config.useCase() + " from the lake");
        try (SparkSession spark = ExactLane.session(config)) {
            Generations generations =
                    new Generations(config.checkpoint(), spark.sparkContext().hadoopConfiguration());
            Generation made = new Backfill(spark, config, generations, clock).run();
            number = made.number();
            checkpointId = CheckpointId.of(
                    generations.checkpoint(number), spark.sparkContext().hadoopConfiguration());
        }
        out.printf("Generation %d is folded after %d s; the stream takes it over%n", number, seconds(started));
        byte[] marker = OnlineKeys.marker(config.useCase(), checkpointId);
        while (!RedisState.isServed(config, marker)) {
            if (clock.millis() - started > PATIENCE.toMillis()) {
                throw new IllegalStateException("No stream has taken generation " + number + " over within " + PATIENCE
                        + ": is feature-stream running? It takes the newest generation when it starts");
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
        out.printf("It is served after %d s%n", seconds(started));
        return 0;
    }

    private long seconds(long started) {
        return (clock.millis() - started) / 1000;
    }
}

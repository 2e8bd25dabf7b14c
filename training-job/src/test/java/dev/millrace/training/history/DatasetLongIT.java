package dev.millrace.training.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.lake.EventRows;
import dev.millrace.lake.LabelRows;
import dev.millrace.lake.Lake;
import dev.millrace.lake.LakeTable;
import dev.millrace.local.LocalStack;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.server.Server;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.training.TrainingJob;
import dev.millrace.training.config.Settings;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long the command takes for 30 days of payments, its start and Spark's included, and how much memory. */
@Tag("long")
@Timeout(900)
class DatasetLongIT {

    /** As the platform starts its jobs on one machine. */
    private static final String HEAP = "-Xmx900m";

    @ParameterizedTest
    @ValueSource(longs = {10_000, 100_000})
    void tellsWhatThirtyDaysTake(long perDay) throws Exception {
        Map<String, String> environment = environment("bench-" + perDay);
        new Payments(perDay).write(Settings.of(environment));
        Run run = Run.of(environment);
        System.out.printf(
                "%d payments a day: %d ms, %d MiB resident, %d ms of processor time; %s%n",
                perDay, run.taken().toMillis(), run.mebibytes(), run.processor().toMillis(), run.lastLine());
        // Both ends of the thirty days are rows.
        assertThat(run.lastLine()).startsWith(30 * perDay + 1 + " rows of 21 features in lake.fraud.training_");
    }

    private static Map<String, String> environment(String bucket) {
        Map<String, String> environment =
                new HashMap<>(LocalStack.own(Server.POSTGRES, Server.S3).environment());
        environment.put("MILLRACE_USE_CASES", "../use-cases");
        environment.put("S3_BUCKET_PROCESSED", bucket);
        return environment;
    }

    /** One run of the command in a process of its own. */
    private record Run(Duration taken, Duration processor, long mebibytes, String lastLine) {

        static Run of(Map<String, String> environment) throws IOException, InterruptedException {
            List<String> flags = new ArrayList<>(List.of(HEAP, "-XX:+UseSerialGC"));
            flags.addAll(JavaCommand.platformFlags());
            Path out = Files.createTempFile("dataset", ".out");
            ProcessBuilder builder = new ProcessBuilder(new JavaCommand(
                                    System.getProperty("java.class.path"),
                                    TrainingJob.class.getName(),
                                    flags,
                                    List.of("dataset", "--use-case", "fraud"))
                            .line())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile());
            builder.environment().putAll(environment);
            long began = System.nanoTime();
            Process process = builder.start();
            long peak = 0;
            Duration processor = Duration.ZERO;
            while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, peakKibibytes(process.pid()));
                processor = process.info().totalCpuDuration().orElse(processor);
            }
            Duration taken = Duration.ofNanos(System.nanoTime() - began);
            List<String> lines = Files.readAllLines(out);
            assertThat(process.exitValue()).as(() -> String.join("\n", lines)).isZero();
            return new Run(taken, processor, peak / 1024, lines.getLast());
        }

        private static long peakKibibytes(long pid) {
            try {
                return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                        .filter(line -> line.startsWith("VmHWM"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElse(0);
            } catch (IOException e) {
                return 0;
            }
        }
    }

    /** 30 days of payments whose labels are known, and the week until then. */
    private record Payments(long perDay) {

        private static final int DAYS = 37;
        private static final ModelReference MODEL = new ModelReference("../use-cases", "fraud", "transaction-fraud");

        void write(Settings settings) throws Exception {
            settings.lake().orElseThrow().makeBucket();
            try (LakeSession session = new LakeSession(settings.lake().orElseThrow(), "local[2]")) {
                SparkSession spark = session.spark();
                ModelReference.Compiled model = MODEL.compiled();
                Lake lake = new Lake(spark, model.useCase());
                lake.prepare();
                var numbers = spark.range(0, perDay * DAYS, 1, DAYS);
                long each = perDay;
                LakeTable<?> events = lake.events(model.rows());
                append(
                        events,
                        numbers.mapPartitions(
                                made(each, made -> true, () -> {
                                    EventRows codec =
                                            new EventRows(MODEL.compiled().rows());
                                    return made -> codec.row(
                                            made.event(MODEL.compiled().rows()), made.position());
                                }),
                                Encoders.row(events.rows().columns().rows())));
                LakeTable<?> labels = lake.labels();
                append(
                        labels,
                        numbers.mapPartitions(
                                made(each, MadeUp::isLabelled, () -> {
                                    LabelRows codec = new LabelRows();
                                    ModelReference.Compiled compiled = MODEL.compiled();
                                    LabelFactory factory = new LabelFactory(compiled.useCase(), compiled.rows());
                                    return made -> codec.row(
                                            factory.label(made.event(compiled.rows()), made.truth(), made.known(), 0),
                                            made.labelPosition());
                                }),
                                Encoders.row(labels.rows().columns().rows())));
            }
        }

        private static void append(LakeTable<?> table, Dataset<Row> rows) throws NoSuchTableException {
            table.stored(rows).writeTo(table.name()).append();
        }

        /** Made by each task: codecs do not travel. */
        private interface Codec extends Serializable {
            Function<MadeUp, Row> open();
        }

        private interface Choice extends Serializable {
            boolean takes(MadeUp made);
        }

        private static MapPartitionsFunction<Long, Row> made(long perDay, Choice choice, Codec codec) {
            return numbers -> {
                Iterable<Long> all = () -> numbers;
                return StreamSupport.stream(all.spliterator(), false)
                        .map(number -> MadeUp.of(number, perDay))
                        .filter(choice::takes)
                        .map(codec.open())
                        .iterator();
            };
        }
    }
}

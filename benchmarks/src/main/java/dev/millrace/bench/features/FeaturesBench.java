package dev.millrace.bench.features;

import dev.millrace.bench.DataFile;
import dev.millrace.bench.Figure;
import dev.millrace.bench.Figures;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.local.LocalStack;
import dev.millrace.local.home.Folders;
import dev.millrace.local.server.Server;
import dev.millrace.schema.loader.UseCaseLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the feature engine: its kernels, what it stores, and itself inside Spark beside its peers. */
@Command(name = "features", mixinStandardHelpOptions = true)
public final class FeaturesBench implements Callable<Integer> {
    private static final int READINGS = 6_000_000;
    private static final int DEVICES = 20_000;
    private static final double FOLD_NANOS = 1_000;
    private static final double READ_MICROS = 10;
    private static final double BYTES_PER_FEATURE = 112;
    private static final double FOLDS_PER_SECOND = 150_000;
    private static final int CORES = 2;

    /** What can be measured alone. */
    enum Part {
        KERNELS,
        SIZE,
        ENGINES,
        GROWTH
    }

    @Option(
            names = "--use-case",
            defaultValue = "${env:MILLRACE_USE_CASE}",
            description = "Whose entities are measured in Redis.")
    private String useCase = "";

    @Option(names = "--json", description = "Where the JSON goes instead of the last line.")
    private @Nullable Path json;

    @Option(names = "--part", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
    private List<Part> parts = List.of(Part.KERNELS, Part.SIZE, Part.ENGINES);

    private final Figures figures = new Figures();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FeaturesBench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (parts.contains(Part.KERNELS)) {
            kernels();
        }
        if (parts.contains(Part.SIZE)) {
            size();
        }
        if (parts.contains(Part.ENGINES)) {
            engines();
        }
        if (parts.contains(Part.GROWTH)) {
            new Growth().print();
        }
        figures.print("features", json);
        return 0;
    }

    private void kernels() throws RunnerException {
        Collection<RunResult> results = new Runner(
                        new OptionsBuilder().include(FoldKernel.class.getName()).build())
                .run();
        for (RunResult result : results) {
            double operations = secondary(result, "operations");
            double nanos = result.getPrimaryResult().getScore();
            double cpuNanos = secondary(result, "cpuNanos") / operations;
            if (result.getPrimaryResult().getLabel().equals("fold")) {
                figures.add(Figure.atMost("fold_ns", nanos, "ns", FOLD_NANOS));
                figures.add(Figure.atMost("fold_cpu_ns", cpuNanos, "ns", FOLD_NANOS));
                // Lists that grow once, over millions of folds.
                figures.add(Figure.atMost(
                        "fold_alloc_bytes", secondary(result, "allocatedBytes") / operations, "bytes", 1));
            } else {
                figures.add(Figure.atMost("read50_us", nanos / 1_000, "us", READ_MICROS));
                figures.add(Figure.atMost("read50_cpu_us", cpuNanos / 1_000, "us", READ_MICROS));
            }
        }
    }

    private static double secondary(RunResult result, String name) {
        Result<?> found = result.getSecondaryResults().get(name);
        if (found == null) {
            throw new IllegalStateException("The kernel did not count its " + name);
        }
        return found.getScore();
    }

    private void size() throws Exception {
        Folders folders = Folders.standard();
        Path definitions = folders.root().resolve("use-cases").resolve(useCase);
        Path file = DataFile.of(folders.root(), definitions);
        if (!Files.exists(file)) {
            System.out.println("bytes_per_feature is not measured: there is no " + file + "; set MILLRACE_DATA");
            return;
        }
        FeatureEngine engine = FeatureEngine.compile(UseCaseLoader.load(definitions));
        String redis = LocalStack.shared(Server.REDIS).redis().url();
        Map<String, Double> sizes = new StoredSize(engine, redis).perFeature(file);
        sizes.forEach((entity, bytes) -> System.out.printf("%s: %.0f bytes per feature%n", entity, bytes));
        figures.add(Figure.atMost(
                "bytes_per_feature",
                sizes.values().stream().mapToDouble(bytes -> bytes).max().orElseThrow(),
                "bytes",
                BYTES_PER_FEATURE));
    }

    private void engines() throws Exception {
        String kafka = LocalStack.shared(Server.KAFKA).kafka().bootstrapServers();
        Path useCases = Readings.folder();
        System.out.printf("Sending %,d readings of %,d devices%n", READINGS, DEVICES);
        new ReadingsTopic(kafka, READINGS, DEVICES).fill(useCases);
        var schema = UseCaseLoader.load(useCases, Readings.USE_CASE)
                .event("readings")
                .schema();
        try (SparkFold spark = new SparkFold(useCases, kafka)) {
            Throughput.Pace ours = spark.ours(READINGS);
            figures.add(Figure.atLeast("spark_fold_eps", ours.perSecond(), "events/s", FOLDS_PER_SECOND));
            figures.add(Figure.atMost("spark_fold_cpu_us", ours.cpuMicros(), "us", CORES * 1e6 / FOLDS_PER_SECOND));
            peer("sparkwindow", spark.builtIn(READINGS, schema.toString()));
        }
        Path state = Files.createTempDirectory("millrace-bench-ks");
        peer("kafkastreams", KafkaStreamsFold.pace(kafka, schema, READINGS, state));
    }

    private void peer(String name, Throughput.Pace pace) {
        figures.add(Figure.peer(name, "fold_eps", pace.perSecond(), "events/s"));
        figures.add(Figure.peer(name, "fold_cpu_us", pace.cpuMicros(), "us"));
    }
}

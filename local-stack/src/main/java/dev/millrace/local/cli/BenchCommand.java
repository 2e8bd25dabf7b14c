package dev.millrace.local.cli;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.up.Modules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** Measures, on processes and data of its own. */
@Command(
        name = "bench",
        description = "Measures on fresh processes beside whatever runs, prints a table and, last, a line of JSON.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    /** @param needsUseCase whether it measures with a use case's definitions or data */
    private record Benchmark(String mainClass, boolean needsUseCase) {}

    private static final String MODULE = "benchmarks";

    private static final Map<String, Benchmark> BENCHMARKS = Map.of(
            "end-to-end", new Benchmark("dev.millrace.bench.EndToEndBench", true),
            "features", new Benchmark("dev.millrace.bench.features.FeaturesBench", true),
            "forest", new Benchmark("dev.millrace.bench.forest.ForestBench", false),
            "serving", new Benchmark("dev.millrace.bench.serving.ServingBench", true));

    @Parameters(paramLabel = "NAME", description = "The benchmark: end-to-end, features, forest or serving.")
    private String name = "";

    @Option(
            names = "--use-case",
            paramLabel = "NAME",
            defaultValue = "${env:MILLRACE_USE_CASE}",
            description = "The use case to measure with (default: $MILLRACE_USE_CASE).")
    private String useCase = "";

    @Option(names = "--json", paramLabel = "FILE", description = "Where the JSON goes instead of the last line.")
    private @Nullable Path json;

    @Unmatched
    private List<String> others = new ArrayList<>();

    @Override
    public Integer call() {
        Benchmark benchmark = BENCHMARKS.get(name);
        if (benchmark == null) {
            throw new LocalStackException("No benchmark is named \"%s\": expected one of %s"
                    .formatted(name, BENCHMARKS.keySet().stream().sorted().toList()));
        }
        var arguments = new ArrayList<String>();
        if (benchmark.needsUseCase()) {
            arguments.addAll(List.of("--use-case", useCase));
        }
        if (json != null) {
            arguments.addAll(List.of("--json", json.toAbsolutePath().toString()));
        }
        arguments.addAll(others);
        var folders = Folders.standard();
        var flags = new ArrayList<>(JavaCommand.platformFlags());
        flags.add("-Dmillrace.root=" + folders.root());
        var command = new JavaCommand(new Modules(folders).classPath(MODULE), benchmark.mainClass(), flags, arguments);
        try {
            Process process = new ProcessBuilder(command.line()).inheritIO().start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "millrace-bench"));
            return process.waitFor();
        } catch (IOException e) {
            throw new LocalStackException("Cannot start the benchmark: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while measuring", e);
        }
    }
}

package dev.millrace.bench.forest;

import dev.millrace.bench.Figure;
import dev.millrace.bench.Figures;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures scoring and explaining: 100 trees of depth 6 on 30 features, beside XGBoost itself and ONNX Runtime. */
@Command(name = "forest", mixinStandardHelpOptions = true)
public final class ForestBench implements Callable<Integer> {
    private static final double PREDICT_MICROS = 1.5;
    private static final double PREDICT_P99_MICROS = 10;
    private static final double SHAP_MICROS = 100;
    private static final double ROWS_PER_SECOND = 1_000_000;

    @Option(names = "--json", description = "Where the JSON goes instead of the last line.")
    private @Nullable Path json;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ForestBench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Statistics> nanos = new HashMap<>();
        for (RunResult result : new Runner(new OptionsBuilder()
                        .include(ForestKernel.class.getName())
                        .build())
                .run()) {
            nanos.put(
                    result.getPrimaryResult().getLabel(),
                    result.getPrimaryResult().getStatistics());
        }
        Figures figures = new Figures();
        figures.add(Figure.atMost("predict_median_us", micros(nanos, "predict", 50), "us", PREDICT_MICROS));
        figures.add(Figure.atMost("predict_p99_us", micros(nanos, "predict", 99), "us", PREDICT_P99_MICROS));
        figures.add(Figure.atMost("shap_us", micros(nanos, "shap", 50), "us", SHAP_MICROS));
        figures.add(Figure.atLeast(
                "batch_rows_per_s", ForestKernel.BATCH * 1e6 / micros(nanos, "batch", 50), "rows/s", ROWS_PER_SECOND));
        figures.add(Figure.peer("xgboost4j", "predict_median_us", micros(nanos, "peerXgboost4jPredict", 50), "us"));
        figures.add(Figure.peer("xgboost4j", "shap_us", micros(nanos, "peerXgboost4jShap", 50), "us"));
        figures.add(Figure.peer("onnx", "predict_median_us", micros(nanos, "peerOnnxPredict", 50), "us"));
        figures.print("forest", json);
        return 0;
    }

    private static double micros(Map<String, Statistics> nanos, String benchmark, double percentile) {
        Statistics samples = nanos.get(benchmark);
        if (samples == null) {
            throw new IllegalStateException("Expected samples of " + benchmark + ", but came " + nanos.keySet());
        }
        return samples.getPercentile(percentile) / 1_000;
    }
}

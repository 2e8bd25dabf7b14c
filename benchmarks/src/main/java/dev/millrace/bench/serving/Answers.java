package dev.millrace.bench.serving;

import dev.millrace.bench.Figure;
import dev.millrace.bench.Figures;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import java.io.IOException;
import java.time.Duration;
import java.util.function.IntFunction;

/** Predictions one by one: how many, how soon, and what each takes. */
record Answers(MeasuredService service, IntFunction<HttpCall> calls, Figures figures) {
    private static final int MANY_CONNECTIONS = 1_000;
    private static final int HALF_LOAD = 5_000;

    /** The service, Redis, Kafka and whoever asks share the machine. */
    void measure() throws IOException {
        HttpLoad load = new HttpLoad(service.url(), Load.CONNECTIONS);
        Stages before = Stages.of(service);
        Duration processor = service.processorTime();
        LoadResult most = load.closed(Load.MEASURED, calls);
        long count = most.latency().getTotalCount();
        double micros = service.processorTime().minus(processor).toNanos() / 1e3 / count;
        figures.add(Figure.atLeast("rps", most.perSecond(), "1/s", 10_000));
        figures.add(Figure.plain("p95_ms", most.millis(95), "ms"));
        figures.add(Figure.atMost("cpu_us_per_request", micros, "us", 100));
        Stages.of(service)
                .since(before)
                .forEach((stage, mean) -> figures.add(Figure.plain("stage_" + stage + "_us", mean, "us")));

        LoadResult half = load.open(HALF_LOAD, Load.MEASURED, calls);
        figures.add(Figure.atMost("errors_at_5000", half.errors(), "requests", 0));
        figures.add(Figure.atMost("p50_ms_at_5000", half.millis(50), "ms", 1));
        figures.add(Figure.atMost("p95_ms_at_5000", half.millis(95), "ms", 5));
        figures.add(Figure.atMost("p99_ms_at_5000", half.millis(99), "ms", 10));

        LoadResult many = new HttpLoad(service.url(), MANY_CONNECTIONS).closed(Load.MEASURED, calls);
        figures.add(Figure.atMost("errors_at_1000_connections", many.errors(), "requests", 0));
        figures.add(Figure.plain("p95_ms_at_1000_connections", many.millis(95), "ms"));
    }

    /** The same while the stream stores each answer in PostgreSQL and the lake, on the same machine. */
    void measureBesideStream() throws IOException {
        HttpLoad load = new HttpLoad(service.url(), Load.CONNECTIONS);
        LoadResult most = load.closed(Load.MEASURED, calls);
        figures.add(Figure.plain("rps_beside_stream", most.perSecond(), "1/s"));
        LoadResult half = load.open(HALF_LOAD, Load.MEASURED, calls);
        figures.add(Figure.atMost("errors_at_5000_beside_stream", half.errors(), "requests", 0));
        figures.add(Figure.plain("p50_ms_at_5000_beside_stream", half.millis(50), "ms"));
        figures.add(Figure.plain("p95_ms_at_5000_beside_stream", half.millis(95), "ms"));
        figures.add(Figure.plain("p99_ms_at_5000_beside_stream", half.millis(99), "ms"));
    }
}

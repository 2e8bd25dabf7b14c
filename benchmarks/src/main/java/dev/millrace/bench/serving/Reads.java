package dev.millrace.bench.serving;

import dev.millrace.bench.Figure;
import dev.millrace.bench.Figures;
import dev.millrace.local.home.Folders;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.up.Modules;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The reading of stored features: by a process that does nothing else, and within the service. */
record Reads(Platform platform, MeasuredService service, Requests requests, Figures figures, Progress progress) {
    /** What a process that reads vectors takes at most, its start and warm-up included. */
    private static final Duration READING_VECTORS = Duration.ofSeconds(75);

    private static final int EVENTS_PER_SECOND = 1_000;
    private static final int EVENTS_A_CALL = 100;

    void measure() throws IOException {
        figures.add(Figure.atMost("read50_p99_ms_idle", vectorMillis(2_000), "ms", 1));
        figures.add(Figure.plain("read_p99_ms_at_2000", readMillis(2_000), "ms"));
    }

    /** While the stream folds events. */
    void measureBesideEvents() throws IOException, InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<LoadResult> events = threads.submit(() -> events(READING_VECTORS));
            figures.add(Figure.atMost("read50_p99_ms_busy", vectorMillis(1_000), "ms", 15));
            progress.say("      events that were not taken: " + events.get().broken());
            events = threads.submit(() -> events(Load.MEASURED));
            figures.add(Figure.plain("read_p99_ms_at_1000_beside_events", readMillis(1_000), "ms"));
            progress.say("      events that were not taken: " + events.get().broken());
        }
    }

    /** What reading a vector takes a process that does nothing else. */
    private double vectorMillis(int perSecond) throws IOException {
        Path log = platform.folders().log("vector-reads");
        Files.deleteIfExists(log);
        JavaCommand command = new JavaCommand(
                new Modules(Folders.standard()).jarsWithUseCases(Platform.PREDICTION) + ":"
                        + Folders.standard().classes("benchmarks"),
                VectorReads.class.getName(),
                MeasuredService.command().flags(),
                List.of(
                        String.valueOf(platform.environment().get("REDIS_URL")),
                        Integer.toString(perSecond),
                        Long.toString(Load.MEASURED.toSeconds())));
        int status = Spawner.start(ProcessSpec.of("vector-reads", command.line(), platform.environment(), log))
                .await();
        List<String> lines = Files.readAllLines(log);
        if (status != 0) {
            throw new IllegalStateException("Expected vectors to be read, found: " + String.join("\n", lines));
        }
        return Double.parseDouble(lines.getLast());
    }

    /** What reading an answer's features takes within the service, while it is asked at a rate. */
    private double readMillis(int perSecond) throws IOException {
        Buckets before = Buckets.of(service);
        new HttpLoad(service.url(), Load.CONNECTIONS)
                .open(perSecond, Load.MEASURED, requests.predictions(service.url()));
        return Buckets.of(service).since(before).percentile(0.99) * 1_000;
    }

    private LoadResult events(Duration length) throws IOException {
        URI ingestion = URI.create(platform.url(Platform.INGESTION));
        return new HttpLoad(ingestion, 4)
                .open(EVENTS_PER_SECOND / EVENTS_A_CALL, length, requests.events(ingestion, EVENTS_A_CALL));
    }
}

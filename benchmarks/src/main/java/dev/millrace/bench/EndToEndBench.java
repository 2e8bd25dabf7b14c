package dev.millrace.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.up.Memory;
import dev.millrace.local.up.Modules;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Progress;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Measures the platform as a user has it: from nothing to the first answer, its memory, its answers under load, how soon
 * an event counts, and how fast a file is replayed. Two fresh platforms, one after the other, on free ports.
 */
public final class EndToEndBench {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int FRESHNESS_SAMPLES = 200;
    /** Sent first and not counted: 20 seconds. */
    private static final int FRESHNESS_WARM_UP = 100;

    private static final int FRESHNESS_PER_SECOND = 5;
    private static final int REQUESTS_PER_SECOND = 1_100;
    private static final int CONNECTIONS = 64;
    private static final int REPLAYED = 500_000;
    private static final long UNSEEN = 900_000_000L;

    private final Path home;
    private final String useCase;
    private final UseCase definition;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Progress progress = new Progress(System.out);
    private final Figures figures = new Figures();

    private EndToEndBench(Path home, String useCase) {
        Modules modules = new Modules(Folders.standard());
        this.home = home;
        this.useCase = useCase;
        this.definition = UseCaseLoader.load(modules.useCasesFolder(), useCase);
    }

    /** Arguments: {@code --use-case NAME [--part live | replay] [--json FILE]}. */
    public static void main(String[] arguments) throws Exception {
        try {
            measure(arguments);
        } catch (LocalStackException e) {
            System.err.println("millrace: bench: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void measure(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        Path home = Files.createTempDirectory("millrace-bench-");
        try {
            EndToEndBench bench = new EndToEndBench(home, options.getOrDefault("--use-case", ""));
            String part = options.getOrDefault("--part", "all");
            if (!part.equals("replay")) {
                bench.measureLive();
            }
            Folders folders = Folders.standard();
            Path data = DataFile.of(folders.root(), new Modules(folders).useCase(bench.useCase));
            if (!part.equals("live") && Files.exists(data)) {
                bench.measureReplay(data);
            } else if (!part.equals("live")) {
                System.out.println("replay_eps is not measured: there is no " + data + "; set MILLRACE_DATA");
            }
            String file = options.get("--json");
            bench.figures.print("end-to-end", file == null ? null : Path.of(file));
        } finally {
            Folders.delete(home);
        }
    }

    private void measureLive() throws IOException, InterruptedException, ExecutionException {
        Modules modules = new Modules(Folders.standard());
        JsonNode example =
                JSON.readTree(modules.useCase(useCase).resolve("example.json").toFile());
        long start = System.nanoTime();
        try (FreshPlatform fresh = new FreshPlatform(home.resolve("live"), useCase, progress)) {
            fresh.up();
            Platform platform = fresh.platform();
            URI server = URI.create(platform.url(Platform.PREDICTION));
            URI path = server.resolve(example.path("path").textValue());
            int status = http.send(post(path.toString(), example.path("body")), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status != 200) {
                throw new IllegalStateException("The first prediction was answered with " + status);
            }
            figures.add(Figure.atMost("up_s", (System.nanoTime() - start) / 1e9, "s", 120));
            measureFreshness(platform, example.path("event"));
            measurePredictions(
                    server, HttpCall.post(path, Map.of(), example.path("body").toString()));
            long bytes = fresh.processes().stream()
                    .mapToLong(entry -> Memory.bytes(entry.pid()))
                    .sum();
            figures.add(Figure.atMost("stack_rss_mib", bytes / 1024.0 / 1024.0, "MiB", 5 * 1024));
        }
    }

    private static HttpRequest post(String url, JsonNode body) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
    }

    /** The first 20 seconds are warm-up: sent, but not counted. */
    private void measurePredictions(URI server, HttpCall predict) throws IOException {
        progress.say("Asking for " + REQUESTS_PER_SECOND + " predictions a second");
        HttpLoad load = new HttpLoad(server, CONNECTIONS);
        LoadResult warm = load.open(REQUESTS_PER_SECOND, Duration.ofSeconds(20), i -> predict);
        LoadResult result = load.open(REQUESTS_PER_SECOND, Duration.ofSeconds(20), i -> predict);
        progress.say("      errors: " + (warm.errors() + result.errors()));
        figures.add(Figure.atLeast("predict_rps", result.perSecond(), "1/s", 1_000));
        figures.add(Figure.atMost("predict_p95_ms", result.millis(95), "ms", 50));
    }

    /** An event of an entity that nobody has seen: from sending it to the first read that counts it. */
    private void measureFreshness(Platform platform, JsonNode example) throws InterruptedException, ExecutionException {
        progress.say("Sending " + FRESHNESS_SAMPLES + " events and reading each until it counts");
        Histogram latency = new ConcurrentHistogram(TimeUnit.MINUTES.toMicros(1), 3);
        List<Future<?>> reads = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < FRESHNESS_WARM_UP + FRESHNESS_SAMPLES; i++) {
                long entity = UNSEEN + i;
                boolean counts = i >= FRESHNESS_WARM_UP;
                reads.add(threads.submit(() -> {
                    long nanos = untilRead(platform, example, entity);
                    if (counts) {
                        latency.recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
                    }
                    return null;
                }));
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1) / FRESHNESS_PER_SECOND);
            }
            for (Future<?> read : reads) {
                read.get();
            }
        }
        figures.add(Figure.atMost("freshness_p50_ms", latency.getValueAtPercentile(50) / 1e3, "ms", 2_000));
        figures.add(Figure.atMost("freshness_p95_ms", latency.getValueAtPercentile(95) / 1e3, "ms", 2_000));
        figures.add(Figure.atMost("freshness_p99_ms", latency.getValueAtPercentile(99) / 1e3, "ms", 2_000));
    }

    private long untilRead(Platform platform, JsonNode example, long entity) throws IOException, InterruptedException {
        EventType type = definition.event(example.path("type").textValue());
        ObjectNode event = example.path("fields").deepCopy();
        event.put(example.path("entity").textValue(), entity);
        event.put(type.idField(), UUID.randomUUID().toString());
        event.put(type.timeField(), Instant.now().toString());
        long start = System.nanoTime();
        HttpRequest send = post(platform.url(Platform.INGESTION) + "/v1/events/" + type.name(), event);
        int status = http.send(send, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status != 202) {
            throw new IllegalStateException("An event was answered with " + status);
        }
        StringJoiner row = new StringJoiner("&", "?", "");
        example.path("fields").fields().forEachRemaining(field -> row.add(field.getKey() + "=" + field.getValue()));
        row.add(example.path("entity").textValue() + "=" + entity);
        HttpRequest read = HttpRequest.newBuilder(
                        URI.create(platform.url(Platform.PREDICTION) + "/v1/features/" + useCase + row))
                .build();
        String counted = example.path("counted_by").textValue();
        while (true) {
            HttpResponse<String> answer = http.send(read, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || System.nanoTime() - start > LONGEST.toNanos()) {
                throw new IllegalStateException(
                        "An event was not counted after %d ms; the last read was answered with %d: %s"
                                .formatted(
                                        (System.nanoTime() - start) / 1_000_000, answer.statusCode(), answer.body()));
            }
            JsonNode features = JSON.readTree(answer.body()).path("features");
            if (features.path(counted).doubleValue() >= 1) {
                return System.nanoTime() - start;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private void measureReplay(Path file) throws IOException, InterruptedException {
        try (FreshPlatform fresh = new FreshPlatform(home.resolve("replay"), useCase, progress)) {
            fresh.upEmpty();
            Platform platform = fresh.platform();
            while (Network.status(platform.url(Platform.STREAM) + "/health/readiness") != 200) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            progress.say("Replaying " + REPLAYED + " events through all sinks");
            double before = processed(platform);
            long start = System.nanoTime();
            RunningProcess feed = Spawner.start(
                    platform.feed("replay", file.toAbsolutePath().toString(), "--limit", Integer.toString(REPLAYED)));
            int code = feed.await();
            if (code != 0) {
                throw new IllegalStateException("The replay ended with " + code + ":\n"
                        + Files.readString(feed.spec().log()));
            }
            while (processed(platform) - before < REPLAYED) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
            figures.add(Figure.atLeast("replay_eps", REPLAYED / ((System.nanoTime() - start) / 1e9), "1/s", 3_000));
        }
    }

    /** Events whose batch is committed everywhere. */
    private double processed(Platform platform) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(platform.url(Platform.STREAM) + "/metrics"))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofLines())
                .body()
                .filter(line -> line.startsWith("events_processed_total{status=\"success\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}

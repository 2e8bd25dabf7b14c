package dev.millrace.bench.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.bench.BenchReport;
import dev.millrace.bench.Figure;
import dev.millrace.bench.FreshPlatform;
import dev.millrace.local.home.Folders;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.process.StartupCache;
import dev.millrace.local.up.Modules;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Progress;
import dev.millrace.local.up.StreamIdle;
import dev.millrace.prediction.scoring.BatchServlet;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the prediction API as it is deployed: features from Redis, decision log, metrics, keys. The service, Redis, Kafka and whoever
 * asks share the machine; and, where a figure says so, the stream that stores every answer.
 */
@Command(name = "serving", mixinStandardHelpOptions = true)
public final class ServingBench implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "mr_benchmark_of_serving_0123456789abcdef";
    private static final Map<String, String> HEADERS = Map.of("X-API-Key", KEY);
    /** What is measured; {@code compared} is what versions cost that answer nobody, {@code reads} the reading of features alone. */
    enum Part {
        ANSWERS,
        COMPARED,
        READS,
        STARTS,
        PEERS
    }

    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration MEASURED = Duration.ofSeconds(20);
    /** An answer takes a tenth less of the processor after two minutes of load than after one. */
    private static final int WARM_UPS = 6;

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** What a process that reads vectors takes at most, its start and warm-up included. */
    private static final Duration READING_VECTORS = Duration.ofSeconds(75);

    private static final int CONNECTIONS = 32;
    private static final int MANY_CONNECTIONS = 1_000;
    private static final int HALF_LOAD = 5_000;
    private static final int COMPARED_LOAD = 2_000;
    /** A second: as many rows as the decision log takes. */
    private static final int BATCHES = 10;

    private static final int STARTS = 3;
    private static final int EVENTS_A_CALL = 100;
    private static final int PREPARED = 10_000;

    @Option(names = "--use-case", defaultValue = "${env:MILLRACE_USE_CASE}", description = "Whose model is asked.")
    private String useCase = "";

    @Option(names = "--part", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
    private List<Part> parts = List.of(Part.values());

    @Option(names = "--json", description = "Where the JSON goes instead of the last line.")
    private @Nullable Path json;

    private final Progress progress = new Progress(System.out);
    private final List<Figure> figures = new ArrayList<>();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ServingBench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path home = Files.createTempDirectory("millrace-bench-");
        try (FreshPlatform fresh = new FreshPlatform(home.resolve("platform"), useCase, progress)) {
            fresh.up();
            Path keys = keys(home);
            JsonNode example = JSON.readTree(new Modules(Folders.standard())
                    .useCase(useCase)
                    .resolve("example.json")
                    .toFile());
            if (Stream.of(Part.ANSWERS, Part.COMPARED, Part.READS).anyMatch(parts::contains)) {
                load(fresh, keys, example);
            }
            if (parts.contains(Part.STARTS)) {
                starts(fresh.platform(), keys, home);
            }
            if (parts.contains(Part.PEERS)) {
                peers(fresh.platform(), home);
            }
        } finally {
            Folders.delete(home);
        }
        new BenchReport("serving", figures).print(json);
        return 0;
    }

    private void load(FreshPlatform fresh, Path keys, JsonNode example)
            throws IOException, InterruptedException, ExecutionException {
        try (MeasuredService service = MeasuredService.start(fresh.platform(), keys, MeasuredService.command())) {
            URI url = service.url().resolve(example.path("path").textValue());
            IntFunction<HttpCall> calls = calls(url, example);
            warmUp(service, calls);
            // It takes nothing of the processor then, as if it ran elsewhere.
            RunningProcess stream = fresh.process(Platform.STREAM);
            stream.pause();
            try {
                if (parts.contains(Part.ANSWERS)) {
                    answers(service, calls);
                }
                if (parts.contains(Part.READS)) {
                    HttpLoad load = new HttpLoad(service.url(), CONNECTIONS);
                    add(Figure.atMost("read50_p99_ms_idle", vectorMillis(fresh.platform(), 2_000), "ms", 1));
                    add(Figure.plain("read_p99_ms_at_2000", readMillis(service, load, calls, 2_000), "ms"));
                }
            } finally {
                stream.resume();
            }
            if (parts.contains(Part.ANSWERS)) {
                awaitStream(fresh.platform());
                besideStream(service, calls);
            }
            if (parts.contains(Part.COMPARED)) {
                awaitStream(fresh.platform());
                compared(service, calls, batches(service, example), fresh.platform());
            }
            if (parts.contains(Part.READS)) {
                awaitStream(fresh.platform());
                besideEvents(service, calls, example, fresh.platform());
            }
        }
    }

    private void add(Figure figure) {
        figures.add(figure);
        System.out.println(figure);
    }

    /** A file of one key, which may do all that is measured. */
    private Path keys(Path home) throws IOException, NoSuchAlgorithmException {
        String digest = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8)));
        return Files.writeString(
                home.resolve("api-keys"), "bench sha256:%s operator %s never%n".formatted(digest, useCase));
    }

    /** Of the example, with entities that go through what the history has; made beforehand, as who asks has only so much of the machine. */
    private static IntFunction<HttpCall> calls(URI url, JsonNode example) {
        Random random = new Random(11);
        List<HttpCall> made = new ArrayList<>();
        for (int i = 0; i < PREPARED; i++) {
            made.add(HttpCall.post(url, HEADERS, request(example, random).toString()));
        }
        return i -> made.get(i % PREPARED);
    }

    private static ObjectNode request(JsonNode example, Random random) {
        ObjectNode body = example.path("body").deepCopy();
        return body.put(example.at("/event/entity").textValue(), 1 + random.nextInt(1_000));
    }

    private void warmUp(MeasuredService service, IntFunction<HttpCall> calls) throws IOException {
        HttpLoad load = new HttpLoad(service.url(), CONNECTIONS);
        for (int i = 0; i < WARM_UPS; i++) {
            progress.say("      warming up: %.0f/s"
                    .formatted(load.closed(WARM_UP, calls).perSecond()));
        }
    }

    /** All that was answered is stored. */
    private void awaitStream(Platform platform) {
        progress.say("      waiting until the stream has stored the answers");
        StreamIdle idle = new StreamIdle(platform.url(Platform.STREAM) + "/metrics");
        await("all answers stored", idle::holds);
    }

    private static void await(String expected, BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("Expected " + expected + " within " + PATIENCE);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        }
    }

    /** The service, Redis, Kafka and whoever asks share the machine. */
    private void answers(MeasuredService service, IntFunction<HttpCall> calls) throws IOException {
        HttpLoad load = new HttpLoad(service.url(), CONNECTIONS);
        Stages before = Stages.of(service);
        Duration processor = service.processorTime();
        LoadResult most = load.closed(MEASURED, calls);
        long count = most.latency().getTotalCount();
        double micros = service.processorTime().minus(processor).toNanos() / 1e3 / count;
        add(Figure.atLeast("rps", most.perSecond(), "1/s", 10_000));
        add(Figure.plain("p95_ms", most.millis(95), "ms"));
        add(Figure.atMost("cpu_us_per_request", micros, "us", 100));
        Stages.of(service)
                .since(before)
                .forEach((stage, mean) -> add(Figure.plain("stage_" + stage + "_us", mean, "us")));

        LoadResult half = load.open(HALF_LOAD, MEASURED, calls);
        add(Figure.atMost("errors_at_5000", half.errors(), "requests", 0));
        add(Figure.atMost("p50_ms_at_5000", half.millis(50), "ms", 1));
        add(Figure.atMost("p95_ms_at_5000", half.millis(95), "ms", 5));
        add(Figure.atMost("p99_ms_at_5000", half.millis(99), "ms", 10));

        LoadResult many = new HttpLoad(service.url(), MANY_CONNECTIONS).closed(MEASURED, calls);
        add(Figure.atMost("errors_at_1000_connections", many.errors(), "requests", 0));
        add(Figure.plain("p95_ms_at_1000_connections", many.millis(95), "ms"));
    }

    /** The same while the stream stores each answer in PostgreSQL and the lake, on the same machine. */
    private void besideStream(MeasuredService service, IntFunction<HttpCall> calls) throws IOException {
        HttpLoad load = new HttpLoad(service.url(), CONNECTIONS);
        LoadResult most = load.closed(MEASURED, calls);
        add(Figure.plain("rps_beside_stream", most.perSecond(), "1/s"));
        LoadResult half = load.open(HALF_LOAD, MEASURED, calls);
        add(Figure.atMost("errors_at_5000_beside_stream", half.errors(), "requests", 0));
        add(Figure.plain("p50_ms_at_5000_beside_stream", half.millis(50), "ms"));
        add(Figure.plain("p95_ms_at_5000_beside_stream", half.millis(95), "ms"));
        add(Figure.plain("p99_ms_at_5000_beside_stream", half.millis(99), "ms"));
    }

    /**
     * What one more version costs that scores every request and answers none, the champion's own trees: of requests alone, between
     * two of which the processor does much else, and of the rows of batches, where its caches hold the trees.
     */
    private void compared(
            MeasuredService service, IntFunction<HttpCall> calls, IntFunction<HttpCall> batches, Platform platform)
            throws IOException, InterruptedException {
        double alone = keepMicros(service, calls);
        rowMicros(service, batches);
        double row = rowMicros(service, batches);
        URI registry = URI.create(String.valueOf(platform.environment().get("MLFLOW_TRACKING_URI")));
        try (Shadow shadow = new Shadow(service.url(), registry, HEADERS)) {
            keepMicros(service, calls);
            add(Figure.plain("compared_version_us", keepMicros(service, calls) - alone, "us"));
            rowMicros(service, batches);
            add(Figure.plain("compared_version_us_in_batch", rowMicros(service, batches) - row, "us"));
        }
    }

    /** What a row of a batch takes, the median. */
    private static double rowMicros(MeasuredService service, IntFunction<HttpCall> batches) throws IOException {
        LoadResult result = new HttpLoad(service.url(), 1).open(BATCHES, MEASURED, batches);
        return result.millis(50) * 1_000 / BatchServlet.MOST_ROWS;
    }

    /** Of as many rows as may be asked at once. */
    private IntFunction<HttpCall> batches(MeasuredService service, JsonNode example) {
        String path = example.path("path").textValue();
        String model = definitions().models().stream()
                .filter(each ->
                        each.serve().filter(serve -> serve.path().equals(path)).isPresent())
                .map(ModelDefinition::name)
                .findFirst()
                .orElseThrow();
        ObjectNode body = JSON.createObjectNode();
        ArrayNode rows = body.putArray("rows");
        Random random = new Random(13);
        for (int i = 0; i < BatchServlet.MOST_ROWS; i++) {
            rows.add(request(example, random));
        }
        HttpCall call = HttpCall.post(
                service.url().resolve("/v1/models/" + model + "/predict:batch"), HEADERS, body.toString());
        return i -> call;
    }

    /** What an answer takes after it was written. */
    private static double keepMicros(MeasuredService service, IntFunction<HttpCall> calls) throws IOException {
        Stages before = Stages.of(service);
        new HttpLoad(service.url(), CONNECTIONS).open(COMPARED_LOAD, MEASURED, calls);
        return Stages.of(service).since(before).getOrDefault("keep", Double.NaN);
    }

    /** Reading features while the stream folds events. */
    private void besideEvents(MeasuredService service, IntFunction<HttpCall> calls, JsonNode example, Platform platform)
            throws IOException, InterruptedException, ExecutionException {
        HttpLoad load = new HttpLoad(service.url(), CONNECTIONS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<LoadResult> events = threads.submit(() -> events(platform, example, READING_VECTORS));
            add(Figure.atMost("read50_p99_ms_busy", vectorMillis(platform, 1_000), "ms", 15));
            progress.say("      events that were not taken: " + events.get().broken());
            events = threads.submit(() -> events(platform, example, MEASURED));
            add(Figure.plain("read_p99_ms_at_1000_beside_events", readMillis(service, load, calls, 1_000), "ms"));
            progress.say("      events that were not taken: " + events.get().broken());
        }
    }

    /** What reading a vector takes a process that does nothing else. */
    private static double vectorMillis(Platform platform, int perSecond) throws IOException {
        Path log = platform.folders().log("vector-reads");
        Files.deleteIfExists(log);
        Modules modules = new Modules(Folders.standard());
        JavaCommand command = new JavaCommand(
                modules.jarsWithUseCases(Platform.PREDICTION) + ":"
                        + Folders.standard().classes("benchmarks"),
                VectorReads.class.getName(),
                MeasuredService.command().flags(),
                List.of(
                        String.valueOf(platform.environment().get("REDIS_URL")),
                        Integer.toString(perSecond),
                        Long.toString(MEASURED.toSeconds())));
        int status = Spawner.start(ProcessSpec.of("vector-reads", command.line(), platform.environment(), log))
                .await();
        List<String> lines = Files.readAllLines(log);
        if (status != 0) {
            throw new IllegalStateException("Expected vectors to be read, found: " + String.join("\n", lines));
        }
        return Double.parseDouble(lines.getLast());
    }

    /** What reading an answer's features takes within the service, while it is asked at a rate. */
    private static double readMillis(MeasuredService service, HttpLoad load, IntFunction<HttpCall> calls, int perSecond)
            throws IOException {
        Buckets before = Buckets.of(service);
        load.open(perSecond, MEASURED, calls);
        return Buckets.of(service).since(before).percentile(0.99) * 1_000;
    }

    private UseCase definitions() {
        return UseCaseLoader.load(new Modules(Folders.standard()).useCasesFolder(), useCase);
    }

    /** A thousand a second. */
    private LoadResult events(Platform platform, JsonNode example, Duration length) throws IOException {
        EventType type = definitions().event(example.at("/event/type").textValue());
        URI server = URI.create(platform.url(Platform.INGESTION));
        Random random = new Random(12);
        return new HttpLoad(server, 4).open(1_000 / EVENTS_A_CALL, length, i -> {
            List<ObjectNode> events = new ArrayList<>();
            for (int j = 0; j < EVENTS_A_CALL; j++) {
                events.add(event(type, example.path("event"), random));
            }
            return HttpCall.post(server.resolve("/v1/events/" + type.name()), Map.of(), events.toString());
        });
    }

    private static ObjectNode event(EventType type, JsonNode example, Random random) {
        ObjectNode event = example.path("fields").deepCopy();
        event.put(example.path("entity").textValue(), 1 + random.nextInt(1_000));
        event.put(type.idField(), new UUID(random.nextLong(), random.nextLong()).toString());
        event.put(type.timeField(), Instant.now().toString());
        return event;
    }

    /** With what an earlier start has left behind, too. */
    private void starts(Platform platform, Path keys, Path home) {
        awaitStream(platform);
        JavaCommand plain = MeasuredService.command();
        List<Double> cold = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            cold.add(readySeconds(platform, keys, plain));
        }
        add(Figure.plain("ready_s_without_cache", median(cold), "s"));
        StartupCache cache = new StartupCache(home.resolve("startup"), Platform.PREDICTION, plain);
        if (!cache.isPossible()) {
            progress.say("      no start with a cache: the JDK makes none of folders, and there is one in "
                    + plain.classPath());
            return;
        }
        progress.say("      making a cache of what a start loads");
        readySeconds(platform, keys, cache.warmed());
        cache.make();
        await("a cache in " + home.resolve("startup"), () -> isThere(cache));
        List<Double> warm = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            warm.add(readySeconds(platform, keys, cache.warmed()));
        }
        add(Figure.atMost("ready_s", median(warm), "s", 3));
    }

    private void peers(Platform platform, Path home) throws IOException {
        Path models = Path.of(String.valueOf(platform.environment().get("MILLRACE_MODEL_CACHE")));
        Path manifest;
        try (Stream<Path> files = Files.walk(models)) {
            manifest = files.filter(file -> file.endsWith("millrace.json"))
                    .findFirst()
                    .orElseThrow();
        }
        JsonNode says = JSON.readTree(manifest.toFile());
        List<String> features = new ArrayList<>();
        says.path("features").forEach(feature -> features.add(feature.textValue()));
        PeerServers servers = new PeerServers(
                platform,
                home,
                manifest.resolveSibling("model.ubj"),
                features,
                says.path("model").textValue());
        try (PeerServers.Peer peer = servers.fastApi()) {
            measure(peer);
        }
        try (PeerServers.Peer peer = servers.mlServer()) {
            measure(peer);
        }
        try (PeerServers.Peer peer = servers.mlflow()) {
            measure(peer);
        }
    }

    private void measure(PeerServers.Peer peer) throws IOException {
        HttpLoad load = new HttpLoad(peer.url(), CONNECTIONS);
        load.closed(WARM_UP, peer.calls());
        LoadResult result = load.closed(MEASURED, peer.calls());
        if (result.errors() > 0) {
            throw new IllegalStateException(
                    "Expected answers of %s, found %s".formatted(peer.name(), result.statuses()));
        }
        add(Figure.peer(peer.name(), "rps", result.perSecond(), "1/s"));
        add(Figure.peer(peer.name(), "p95_ms", result.millis(95), "ms"));
    }

    private static boolean isThere(StartupCache cache) {
        return cache.warmed().flags().stream().anyMatch(flag -> flag.startsWith("-XX:AOTCache="));
    }

    private static double readySeconds(Platform platform, Path keys, JavaCommand command) {
        try (MeasuredService service = MeasuredService.start(platform, keys, command)) {
            return service.untilReady().toMillis() / 1e3;
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}

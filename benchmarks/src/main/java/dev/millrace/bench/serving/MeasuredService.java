package dev.millrace.bench.serving;

import dev.millrace.local.home.Folders;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.up.Modules;
import dev.millrace.local.up.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The prediction API in a process of its own beside a platform: with everything on, keys too. */
final class MeasuredService implements AutoCloseable {
    /** As the platform gives it on one machine. */
    private static final List<String> HEAP = List.of("-Xms256m", "-Xmx384m", "-XX:+UseSerialGC");

    private static final String KEY = "mr_benchmark_of_serving_0123456789abcdef";
    /** Of who asks it. */
    static final Map<String, String> HEADERS = Map.of("X-API-Key", KEY);

    private static final String MAIN = "dev.millrace.prediction.PredictionApi";
    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final int TICKS_PER_SECOND = 100;

    private final RunningProcess process;
    private final URI url;
    private final Duration untilReady;

    private MeasuredService(RunningProcess process, URI url, Duration untilReady) {
        this.process = process;
        this.url = url;
        this.untilReady = untilReady;
    }

    /**
     * Starts it, and waits until it is ready.
     *
     * @param command {@link #command}, perhaps with a cache
     */
    static MeasuredService start(Platform platform, JavaCommand command) {
        int port = Network.freePort();
        URI url = URI.create("http://127.0.0.1:" + port);
        Map<String, String> environment = new HashMap<>(platform.environment());
        environment.put("SERVER_PORT", Integer.toString(port));
        environment.put("MILLRACE_SECURITY", "on");
        environment.put("MILLRACE_API_KEYS", keys(platform).toString());
        long began = System.nanoTime();
        RunningProcess process = Spawner.start(ProcessSpec.of(
                "measured", command.line(), environment, platform.folders().log("measured")));
        process.awaitReady(() -> Network.status(url + "/health/readiness") == 200, LONGEST);
        return new MeasuredService(process, url, Duration.ofNanos(System.nanoTime() - began));
    }

    /** A file of one key, which may do all that is measured. */
    private static Path keys(Platform platform) {
        Path file = platform.folders().data().resolve("measured-keys");
        try {
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8)));
            return Files.writeString(file, "bench sha256:%s operator %s never".formatted(digest, platform.useCase()));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /**
     * As an image has it: from jars.
     *
     * @param settings in place of its own
     */
    static JavaCommand command(String... settings) {
        List<String> flags = new ArrayList<>(HEAP);
        flags.addAll(JavaCommand.platformFlags());
        return new JavaCommand(
                new Modules(Folders.standard()).jarsWithUseCases(Platform.PREDICTION), MAIN, flags, List.of(settings));
    }

    URI url() {
        return url;
    }

    /** From the start of the process, as well as a look every so often can tell. */
    Duration untilReady() {
        return untilReady;
    }

    /** Processor time that the process has taken so far. */
    Duration processorTime() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        return Duration.ofMillis(ticks * 1_000 / TICKS_PER_SECOND);
    }

    /** The value of a sample on the page for Prometheus; 0 when it is not there. */
    double metric(String sample) {
        return Network.body(url + "/metrics")
                .flatMap(page -> page.lines()
                        .filter(line -> line.startsWith(sample + " "))
                        .findFirst())
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .orElse(0.0);
    }

    @Override
    public void close() {
        process.stop();
        while (process.isAlive()) {
            LockSupport.parkNanos(10_000_000);
        }
    }
}

package dev.millrace.bench.serving;

import dev.millrace.bench.Figures;
import dev.millrace.bench.FreshPlatform;
import dev.millrace.local.home.Folders;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Progress;
import dev.millrace.local.up.StreamIdle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
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
    /** What is measured; {@code compared} is what versions cost that answer nobody, {@code reads} the reading of features alone. */
    enum Part {
        ANSWERS,
        COMPARED,
        READS,
        REFUSALS,
        STARTS,
        PEERS
    }

    /** An answer takes a tenth less of the processor after two minutes of load than after one. */
    private static final int WARM_UPS = 6;

    private static final Duration UNTIL_STORED = Duration.ofMinutes(5);

    @Option(names = "--use-case", defaultValue = "${env:MILLRACE_USE_CASE}", description = "Whose model is asked.")
    private String useCase = "";

    @Option(names = "--part", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
    private List<Part> parts = List.of(Part.values());

    @Option(names = "--json", description = "Where the JSON goes instead of the last line.")
    private @Nullable Path json;

    private final Progress progress = new Progress(System.out);
    private final Figures figures = new Figures();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ServingBench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path home = Files.createTempDirectory("millrace-bench-");
        Requests requests = new Requests(useCase);
        try (FreshPlatform fresh = new FreshPlatform(home.resolve("platform"), useCase, progress)) {
            fresh.up();
            if (Stream.of(Part.ANSWERS, Part.COMPARED, Part.READS).anyMatch(parts::contains)) {
                load(fresh, requests);
                awaitStored(fresh);
            }
            if (parts.contains(Part.REFUSALS)) {
                new Refusals(fresh.platform(), requests, figures).measure();
                awaitStored(fresh);
            }
            if (parts.contains(Part.STARTS)) {
                new Starts(fresh.platform(), home.resolve("startup"), figures, progress).measure();
            }
            if (parts.contains(Part.PEERS)) {
                new Peers(fresh.platform(), home, figures).measure();
            }
        } finally {
            Folders.delete(home);
        }
        figures.print("serving", json);
        return 0;
    }

    private void load(FreshPlatform fresh, Requests requests)
            throws IOException, InterruptedException, ExecutionException {
        Platform platform = fresh.platform();
        try (MeasuredService service = MeasuredService.start(platform, MeasuredService.command())) {
            IntFunction<HttpCall> calls = requests.predictions(service.url());
            Answers answers = new Answers(service, calls, figures);
            Reads reads = new Reads(platform, service, requests, figures, progress);
            warmUp(service, calls);
            // It takes nothing of the processor then, as if it ran elsewhere.
            RunningProcess stream = fresh.process(Platform.STREAM);
            stream.pause();
            try {
                if (parts.contains(Part.ANSWERS)) {
                    answers.measure();
                }
                if (parts.contains(Part.READS)) {
                    reads.measure();
                }
            } finally {
                stream.resume();
            }
            if (parts.contains(Part.ANSWERS)) {
                awaitStored(fresh);
                answers.measureBesideStream();
            }
            if (parts.contains(Part.COMPARED)) {
                awaitStored(fresh);
                URI registry = URI.create(String.valueOf(platform.environment().get("MLFLOW_TRACKING_URI")));
                new Compared(service, requests, registry, figures).measure();
            }
            if (parts.contains(Part.READS)) {
                awaitStored(fresh);
                reads.measureBesideEvents();
            }
        }
    }

    private void warmUp(MeasuredService service, IntFunction<HttpCall> calls) throws IOException {
        HttpLoad load = new HttpLoad(service.url(), Load.CONNECTIONS);
        for (int i = 0; i < WARM_UPS; i++) {
            progress.say("      warming up: %.0f/s"
                    .formatted(load.closed(Load.WARM_UP, calls).perSecond()));
        }
    }

    /** All that was answered. */
    private void awaitStored(FreshPlatform fresh) {
        progress.say("      waiting until the stream has stored the answers");
        fresh.process(Platform.STREAM)
                .awaitReady(new StreamIdle(fresh.platform().url(Platform.STREAM) + "/metrics"), UNTIL_STORED);
    }
}

package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.local.LocalStack;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.schema.event.Topics;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A quarter of an hour of predictions, decision log and all: memory stays where it is once the service is warm. */
@Tag("long")
@Timeout(1_500)
class SoakLongIT {

    private static final int PER_SECOND = 500;
    private static final int MINUTES = 15;
    /** Code is compiled and pools are filled until then. */
    private static final int WARM = 5;

    private static final long MEBIBYTE = 1L << 20;

    @Test
    void memoryStaysFlat(@TempDir Path folder) throws Exception {
        TestCache.keep(folder, Parcels.MODEL, "3", TestPackages.of(Parcels.MODEL, 1));
        try (LocalStack stack = LocalStack.own(Server.REDIS, Server.KAFKA)) {
            TestTopics.create(stack.kafka().bootstrapServers(), Topics.PREDICTIONS);
            try (ServiceProcess service = ServiceProcess.start(settings(stack, folder), folder.resolve("log"))) {
                soak(service.running(), service.url());
            }
        }
    }

    private static void soak(RunningProcess service, URI url) throws IOException, InterruptedException {
        Random random = new Random(3);
        List<Long> resident = new ArrayList<>();
        List<Long> heap = new ArrayList<>();
        for (int minute = 1; minute <= MINUTES; minute++) {
            LoadResult result = new HttpLoad(url, 16)
                    .open(
                            PER_SECOND,
                            Duration.ofMinutes(1),
                            i -> HttpCall.post(
                                    url.resolve("/score?explain=" + random.nextInt(3)),
                                    Map.of(),
                                    "{\"sender\":\"ann%d\",\"depot\":%d,\"price\":%d}"
                                            .formatted(
                                                    random.nextInt(1_000_000),
                                                    1 + random.nextInt(90),
                                                    1 + random.nextInt(500))));
            assertThat(result.errors()).isZero();
            resident.add(kibibytes(service.pid(), "VmRSS") * 1024);
            heap.add(heapAfterCollection(service, url));
            System.out.printf(
                    "minute %d: %d MiB resident, %d MiB of heap after a collection, p99 %.1f ms%n",
                    minute, resident.getLast() / MEBIBYTE, heap.getLast() / MEBIBYTE, result.millis(99));
        }
        assertThat(resident.getLast() - resident.get(WARM - 1))
                .as("bytes of resident memory since it was warm: %s", resident)
                .isLessThan(24 * MEBIBYTE);
        assertThat(heap.getLast() - heap.get(WARM - 1))
                .as("bytes of heap since it was warm: %s", heap)
                .isLessThan(16 * MEBIBYTE);
    }

    private static Map<String, String> settings(LocalStack stack, Path models) {
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.putAll(Map.of(
                "MILLRACE_USE_CASES",
                Parcels.USE_CASES.toString(),
                "MILLRACE_USE_CASE",
                "parcels",
                "MLFLOW_TRACKING_URI",
                "http://127.0.0.1:1",
                "MILLRACE_MODEL_CACHE",
                models.toString()));
        return settings;
    }

    /** Bytes that a whole collection, made now, leaves, as the service counts them. */
    private static long heapAfterCollection(RunningProcess service, URI url) throws IOException, InterruptedException {
        Process collection = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(service.pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(collection.waitFor()).as("exit code of jcmd").isZero();
        // The service is told of the collection a moment later.
        return await().until(
                        () -> Network.body(url + "/metrics")
                                .flatMap(page -> page.lines()
                                        .filter(line -> line.startsWith("jvm_gc_live_data_size_bytes "))
                                        .findFirst())
                                .map(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                                .orElse(0L),
                        bytes -> bytes > 0);
    }

    private static long kibibytes(long pid, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}

package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Asks a service for scores of parcels, every tenth in a batch, every tenth as tensors: each must be answered with 200. */
final class ParcelLoad {

    static final int PER_SECOND = 300;

    private static final String BATCH = "/v1/models/late/predict:batch";

    private static final String INFER = "/v2/models/late/infer";

    private static final int ROWS = 1_000;

    private final URI server;
    private final Instant time;
    private final Random random = new Random(5);
    private final AtomicLong answered = new AtomicLong();

    /** @param time of all parcels */
    ParcelLoad(URI server, Instant time) {
        this.server = server;
        this.time = time;
    }

    /** @param marked answers without features */
    record Seen(LoadResult result, int marked) {}

    Seen run(Duration length) throws Exception {
        AtomicInteger marked = new AtomicInteger();
        LoadResult result = new HttpLoad(server, 16)
                .open(PER_SECOND, length, this::call, (number, status, body, nanos) -> {
                    if (new String(body, StandardCharsets.UTF_8).contains("features-unavailable")) {
                        marked.incrementAndGet();
                    }
                });
        answered.addAndGet(result.latency().getTotalCount() - result.errors());
        assertThat(result.errors())
                .as("%s, %d broken", result.statuses(), result.broken())
                .isZero();
        assertThat(result.statuses().keySet()).containsOnly(200);
        return new Seen(result, marked.get());
    }

    private HttpCall call(int number) {
        Parcel parcel = new Parcel(
                "ann" + random.nextInt(50), 1 + random.nextInt(4), new UUID(random.nextLong(), number), time);
        return switch (number % 10) {
            case 0 -> HttpCall.post(server.resolve(BATCH), Map.of(), "{\"rows\":[" + parcel.json() + "]}");
            case 5 -> HttpCall.post(server.resolve(INFER), Map.of(), parcel.tensors());
            default -> HttpCall.post(server.resolve("/score"), Map.of(), parcel.json());
        };
    }

    private record Parcel(String sender, int depot, UUID id, Instant time) {
        String json() {
            return "{\"sender\":\"%s\",\"depot\":%d,\"price\":7,\"parcel_id\":\"%s\",\"timestamp\":\"%s\"}"
                    .formatted(sender, depot, id, time);
        }

        String tensors() {
            return Stream.of(
                            tensor("sender", "BYTES", "\"" + sender + "\""),
                            tensor("depot", "INT64", "" + depot),
                            tensor("price", "FP64", "7"),
                            tensor("parcel_id", "BYTES", "\"" + id + "\""),
                            tensor("timestamp", "BYTES", "\"" + time + "\""))
                    .collect(Collectors.joining(",", "{\"inputs\":[", "]}"));
        }

        private static String tensor(String name, String type, String value) {
            return "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[1],\"data\":[%s]}".formatted(name, type, value);
        }
    }

    /** A thousand rows at once, each of a kilobyte that no compression makes less. */
    void runBatch() throws Exception {
        String rows = IntStream.range(0, ROWS)
                .mapToObj(i -> "{\"sender\":\"%s\",\"depot\":1,\"price\":7}".formatted(letters(900)))
                .collect(Collectors.joining(",", "{\"rows\":[", "]}"));
        LoadResult result = new HttpLoad(server, 1)
                .open(1, Duration.ofSeconds(1), i -> HttpCall.post(server.resolve(BATCH), Map.of(), rows));
        assertThat(result.statuses()).isEqualTo(Map.of(200, 1L));
        answered.addAndGet(ROWS);
    }

    private String letters(int count) {
        return random.ints(count, 'a', 'z' + 1).mapToObj(Character::toString).collect(Collectors.joining());
    }

    /** How many answers there were. */
    long answered() {
        return answered.get();
    }
}

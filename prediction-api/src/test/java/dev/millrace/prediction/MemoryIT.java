package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.state.Block;
import dev.millrace.local.LocalStack;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.prediction.scoring.BatchServlet;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the memory of a process as it is started elsewhere, too, has room for: it would end where it has none. */
@Timeout(180)
class MemoryIT {
    private static final int EVENTS = 1_000;
    /** Each has a thread. */
    private static final int CALLERS = 180;

    /** Each row reads ten kilobytes, which are several times that once they are decoded. */
    private static void fill(String redis) {
        View view = Parcels.ENGINE.view("depot").orElseThrow();
        long now = System.currentTimeMillis();
        Block block = view.shape().empty();
        for (int i = 0; i < EVENTS; i++) {
            Map<String, Object> parcel = Map.of(
                    "parcel_id",
                    "p" + i,
                    "timestamp",
                    now - i * 1_000L,
                    "sender",
                    "ann",
                    "depot",
                    1L,
                    "price",
                    BigDecimal.ONE);
            view.feed(new SourceRecord("p" + i, now - i * 1_000L, 0, parcel::get))
                    .forEach(fed -> block.fold(fed.event()));
        }
        Map<byte[], byte[]> record =
                Map.of(OnlineKeys.BLOCK, block.toServedBytes(), OnlineKeys.OFFSETS, Offsets.NONE.toBytes());
        RedisClient client = RedisClient.create(redis);
        try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
            for (int depot = 1; depot <= BatchServlet.MOST_ROWS; depot++) {
                connection.sync().hset(OnlineKeys.entity("parcels", view, Integer.toString(depot)), record);
            }
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    @Test
    void asManyOfTheLargestBatchesAsCallersLikeFitTheMemory(@TempDir Path folder) throws Exception {
        TestCache.keep(folder, Parcels.MODEL, "3", TestPackages.of(Parcels.MODEL, 1));
        String rows = IntStream.rangeClosed(1, BatchServlet.MOST_ROWS)
                .mapToObj(depot -> "{\"sender\":\"ann%d\",\"depot\":%d,\"price\":5}".formatted(depot, depot))
                .collect(Collectors.joining(",", "{\"rows\":[", "]}"));
        // As many values as are read at all, and no row among them.
        String values =
                IntStream.range(0, 190_000).mapToObj(i -> "[]").collect(Collectors.joining(",", "{\"rows\":[", "]}"));
        try (LocalStack stack = LocalStack.own(Server.REDIS)) {
            fill(stack.redis().url());
            Map<String, String> settings = Map.of(
                    "REDIS_URL", stack.redis().url(),
                    "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
                    "MLFLOW_TRACKING_URI", "http://127.0.0.1:1",
                    "POSTGRES_URL", "jdbc:postgresql://127.0.0.1:1/millrace",
                    "MILLRACE_FEATURES_DEADLINE", "5s",
                    "MILLRACE_USE_CASES", Parcels.USE_CASES.toString(),
                    "MILLRACE_USE_CASE", "parcels",
                    "MILLRACE_MODEL_CACHE", folder.toString());
            try (ServiceProcess service = ServiceProcess.start(settings, folder.resolve("log"))) {
                URI url = service.url().resolve("/v1/models/late/predict:batch");
                HttpCall rowsCall = HttpCall.post(url, Map.of(), rows);
                HttpCall valuesCall = HttpCall.post(url, Map.of(), values);
                LoadResult result = new HttpLoad(url, CALLERS)
                        .closed(Duration.ofSeconds(5), i -> i % 4 == 0 ? rowsCall : valuesCall);
                assertThat(result.broken()).as(service.running().logTail()).isZero();
                assertThat(result.statuses().keySet()).contains(200, 400).isSubsetOf(200, 400, 503);
                assertThat(service.running().isAlive()).isTrue();
                assertThat(service.isReady()).isTrue();
            }
        }
    }
}

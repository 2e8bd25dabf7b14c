package dev.millrace.stream.online;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.feature.state.Served;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.loader.UseCaseLoader;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Produced;
import dev.millrace.stream.lane.ServedState;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A large record and its older block, whoever writes them in whichever order: the record always finds the one it names. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class RedisWriterIT {
    private static final Path USE_CASES = Path.of("src/test/resources/use-cases");
    private static final TopicPartition PARTITION = new TopicPartition(1, 0);
    private static final long START = 1_700_000_000_000L;
    private static final View VIEW = FeatureEngine.compile(UseCaseLoader.load(USE_CASES, "orders"))
            .view("buyer")
            .orElseThrow();
    private static final byte[] KEY = OnlineKeys.entity("orders", VIEW, "1");

    private static StreamConfig config;
    private static StatefulRedisConnection<byte[], byte[]> redis;

    @BeforeAll
    static void start() {
        LocalStack stack = LocalStack.shared(Server.REDIS);
        redis = RedisClient.create(stack.redis().url()).connect(ByteArrayCodec.INSTANCE);
        Map<String, String> environment = new HashMap<>(stack.environment());
        environment.put("MILLRACE_USE_CASES", USE_CASES.toString());
        environment.put("MILLRACE_USE_CASE", "orders");
        environment.put("MILLRACE_CHECKPOINT", "unused");

        environment.put("POSTGRES_PASSWORD", "unused");
        config = StreamConfig.from(environment);
    }

    /** The server is shared with other tests of the same use case. */
    @AfterAll
    static void stop() {
        redis.sync().flushall();
        redis.close();
    }

    @BeforeEach
    void empty() {
        redis.sync().flushall();
    }

    /** A writer's state of the same entity. */
    private static final class State {
        private final LayeredBlock block = VIEW.shape().emptyLayers(200);
        private final int ids;
        private int folded;

        /** @param ids of its events: other states have others */
        State(int ids) {
            this.ids = ids;
        }

        State fold(int events) {
            for (int i = 0; i < events; i++, folded++) {
                block.fold(new ProjectedEvent(START + folded * 100L, ids + folded, 0, new long[VIEW.inputs()]));
                block.toBytes();
            }
            return this;
        }

        OptionalLong older() {
            return LayeredBlock.olderId(block.toServedBytes());
        }

        /** With its older block. */
        State writeAll(long offset) throws InterruptedException {
            write(offset, Served.all(block));
            return this;
        }

        /** Without it: it was sent before. */
        void writeYoung(long offset) throws InterruptedException {
            write(offset, new Served(block.toServedBytes(), Optional.empty()));
        }

        private void write(long offset, Served served) throws InterruptedException {
            ServedState state = new ServedState(1, Offsets.NONE.with(Map.of(PARTITION, offset)), served);
            Produced produced = new Produced(Produced.Kind.BLOCK, VIEW.name(), "1", 0, 0, 0, state.toBytes());
            Iterator<Row> others =
                    new RedisWriter(config).call(List.of(produced.toRow()).iterator());
            assertThat(others.hasNext()).isFalse();
        }

        void assertIsServed() {
            Map<byte[], byte[]> fields = redis.sync().hgetall(KEY);
            long named = OnlineRecord.olderId(fields).orElseThrow();
            assertThat(named).isEqualTo(older().orElseThrow());
            byte[] older = redis.sync().hget(OnlineKeys.older(KEY), OnlineKeys.olderField(named));
            OnlineRecord record = OnlineRecord.read(
                    VIEW, fields.entrySet(), () -> VIEW.shape().read(older));
            assertThat(VIEW.read(record.block(), block.newest())).isEqualTo(VIEW.read(block.whole(), block.newest()));
        }
    }

    private static Set<Integer> lengthsOfOlderFields() {
        return redis.sync().hkeys(OnlineKeys.older(KEY)).stream()
                .map(field -> field.length)
                .collect(Collectors.toSet());
    }

    private static long olderBlocks() {
        return redis.sync().hkeys(OnlineKeys.older(KEY)).stream()
                .filter(field -> field.length == 16)
                .count();
    }

    @Test
    void anOlderBlockThatNobodyNamesIsForgotten() throws Exception {
        State state = new State(0).fold(60).writeAll(10);
        state.assertIsServed();
        OptionalLong first = state.older();
        state.fold(60).writeAll(20);
        assertThat(state.older()).isNotEqualTo(first);
        state.assertIsServed();
        assertThat(olderBlocks()).isOne();
        state.fold(1).writeYoung(21);
        state.assertIsServed();
        assertThat(lengthsOfOlderFields()).containsExactlyInAnyOrder(1, 16);
    }

    /** What folds everything again is refused until it has read as much, and sends each older block once only. */
    @Test
    void theOlderBlockOfARefusedRecordWaitsForTheNext() throws Exception {
        State running = new State(0).fold(60).writeAll(100);
        State again = new State(1_000).fold(60).writeAll(50);
        running.assertIsServed();
        again.fold(60).writeAll(70);
        running.assertIsServed();
        assertThat(olderBlocks()).isEqualTo(2);
        again.fold(1).writeYoung(101);
        again.assertIsServed();
        assertThat(olderBlocks()).isOne();
    }

    @Test
    void whatWaitsOutlivesTheRecordsOfAnotherWriter() throws Exception {
        State running = new State(0).fold(60).writeAll(100);
        State again = new State(1_000).fold(60).writeAll(50);
        running.fold(60).writeAll(110);
        running.assertIsServed();
        again.fold(1).writeYoung(120);
        again.assertIsServed();
        assertThat(olderBlocks()).isOne();
        running.fold(60).writeAll(115);
        again.assertIsServed();
    }
}

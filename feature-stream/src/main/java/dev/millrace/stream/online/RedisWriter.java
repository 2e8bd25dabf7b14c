package dev.millrace.stream.online;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Scripts;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.Engines;
import dev.millrace.stream.lane.Produced;
import dev.millrace.stream.lane.ServedState;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Writes the blocks of a task to Redis, pipelined, and passes on all other rows. A record never goes back to older offsets. */
public final class RedisWriter implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1L;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    /** Commands that wait for their answers at most: bounds a task's memory. */
    private static final int WINDOW = 1000;

    private static final Map<String, RedisClient> CLIENTS = new ConcurrentHashMap<>();
    private static final Map<String, ConcurrentLinkedQueue<StatefulRedisConnection<byte[], byte[]>>> IDLE =
            new ConcurrentHashMap<>();

    private final StreamConfig config;
    private final long onlyAfterBatch;

    /** Writes every block. */
    public RedisWriter(StreamConfig config) {
        this(config, Long.MIN_VALUE);
    }

    /** @param onlyAfterBatch only blocks that a later batch has changed */
    public RedisWriter(StreamConfig config, long onlyAfterBatch) {
        this.config = config;
        this.onlyAfterBatch = onlyAfterBatch;
    }

    static RedisClient client(String url) {
        return CLIENTS.computeIfAbsent(url, address -> {
            RedisURI uri = RedisURI.create(address);
            uri.setTimeout(TIMEOUT);
            return RedisClient.create(uri);
        });
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) throws InterruptedException {
        List<Row> others = new ArrayList<>();
        ConcurrentLinkedQueue<StatefulRedisConnection<byte[], byte[]>> idle =
                IDLE.computeIfAbsent(config.redis(), url -> new ConcurrentLinkedQueue<>());
        StatefulRedisConnection<byte[], byte[]> taken = idle.poll();
        StatefulRedisConnection<byte[], byte[]> connection =
                taken != null ? taken : client(config.redis()).connect(ByteArrayCodec.INSTANCE);
        boolean intact = false;
        try {
            connection.setAutoFlushCommands(true);
            String script = connection.sync().scriptLoad(Scripts.WRITE_BLOCK.text());
            connection.setAutoFlushCommands(false);
            write(rows, connection, script, others);
            intact = true;
        } finally {
            // After a failure answers may still be under way: that connection is not used again.
            if (intact) {
                idle.add(connection);
            } else {
                connection.close();
            }
        }
        return others.iterator();
    }

    private void write(
            Iterator<Row> rows, StatefulRedisConnection<byte[], byte[]> connection, String script, List<Row> others)
            throws InterruptedException {
        FeatureEngine engine = Engines.of(config);
        RedisAsyncCommands<byte[], byte[]> commands = connection.async();
        List<RedisFuture<Long>> pending = new ArrayList<>();
        while (rows.hasNext()) {
            Row row = rows.next();
            Produced produced = Produced.of(row);
            if (produced.kind() != Produced.Kind.BLOCK) {
                others.add(row);
                continue;
            }
            View view = engine.view(produced.name())
                    .filter(known -> !known.isTumbling())
                    .orElse(null);
            ServedState state = ServedState.of(produced.payload());
            if (view == null || state.batch() <= onlyAfterBatch) {
                continue;
            }
            pending.add(write(commands, script, view, produced.entity(), state));
            if (pending.size() == WINDOW) {
                await(connection, pending);
            }
        }
        await(connection, pending);
    }

    private RedisFuture<Long> write(
            RedisAsyncCommands<byte[], byte[]> commands, String script, View view, String entity, ServedState state) {
        byte[] key = OnlineKeys.entity(config.useCase(), view, entity);
        byte[] young = state.block().young();
        OptionalLong older = LayeredBlock.olderId(young);
        byte[] millisToLive = Long.toString(view.shape().millisToLive()).getBytes(StandardCharsets.US_ASCII);
        return commands.evalsha(
                script,
                ScriptOutputType.INTEGER,
                older.isPresent() ? new byte[][] {key, OnlineKeys.older(key)} : new byte[][] {key},
                young,
                state.offsets().toBytes(),
                millisToLive,
                older.isPresent() ? OnlineKeys.olderField(older.getAsLong()) : new byte[0],
                state.block().older().orElse(new byte[0]));
    }

    private static void await(StatefulRedisConnection<byte[], byte[]> connection, List<RedisFuture<Long>> pending)
            throws InterruptedException {
        connection.flushCommands();
        if (!LettuceFutures.awaitAll(TIMEOUT, pending.toArray(new RedisFuture<?>[0]))) {
            throw new RedisWriteException("Redis did not answer " + pending.size() + " writes within " + TIMEOUT, null);
        }
        for (RedisFuture<Long> write : pending) {
            try {
                write.get();
            } catch (ExecutionException e) {
                throw new RedisWriteException("Redis refused a block: " + e.getCause(), e);
            }
        }
        pending.clear();
    }

    /** Redis could not be written: the batch is tried again. */
    static final class RedisWriteException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RedisWriteException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}

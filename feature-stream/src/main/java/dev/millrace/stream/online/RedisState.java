package dev.millrace.stream.online;

import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.online.Scripts;
import dev.millrace.stream.config.StreamConfig;
import dev.millrace.stream.lane.ExactLane;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Redis must hold: every block up to a marked batch. Notices when it has lost some, and writes them again from the
 * query's state.
 */
public final class RedisState implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisState.class);

    private final StreamConfig config;
    private final ExactLane lane;
    private final byte[] marker;
    private final byte[] progressKey;
    private final StatefulRedisConnection<byte[], byte[]> connection;

    /** @param checkpointId of the query whose batches are marked */
    public RedisState(StreamConfig config, ExactLane lane, String checkpointId) {
        this.config = config;
        this.lane = lane;
        this.marker = OnlineKeys.marker(config.useCase(), checkpointId);
        this.progressKey = OnlineKeys.progress(config.useCase());
        this.connection = RedisWriter.client(config.redis()).connect(ByteArrayCodec.INSTANCE);
    }

    /**
     * Rewrites what is missing, if anything is.
     *
     * @param lastBatch the last one committed, or -1
     */
    public void ensure(long lastBatch) {
        byte[] stored = connection.sync().get(marker);
        long marked = stored == null ? -1 : Long.parseLong(new String(stored, StandardCharsets.US_ASCII));
        if (marked >= lastBatch) {
            return;
        }
        LOG.warn("Redis holds blocks up to batch {} of {}: writing the others again from state", marked, lastBatch);
        lane.stateAfter(lastBatch)
                .mapPartitions(new RedisWriter(config, marked), ExactLane.PRODUCED)
                .count();
        connection.sync().set(marker, ascii(lastBatch));
        LOG.info("Redis is complete again up to batch {}", lastBatch);
    }

    /** Whether the query of a marker has written a batch, and has read what was read before it. */
    public static boolean isServed(StreamConfig config, byte[] marker) {
        try (StatefulRedisConnection<byte[], byte[]> redis =
                RedisWriter.client(config.redis()).connect(ByteArrayCodec.INSTANCE)) {
            Progress progress = Progress.fromFields(
                    redis.sync().hgetall(OnlineKeys.progress(config.useCase())).entrySet());
            return redis.sync().exists(marker) > 0 && !progress.rebuilding();
        }
    }

    /** Writes what the query starts with; what is there of later offsets stays. */
    public void begin() {
        long blocks = lane.stateBefore()
                .mapPartitions(new RedisWriter(config), ExactLane.PRODUCED)
                .count();
        LOG.info("Redis has the blocks that the query starts with ({} others)", blocks);
    }

    /**
     * Notes that a batch is written.
     *
     * @throws RedisWriter.RedisWriteException when Redis has lost the batch before meanwhile: this one has to run again
     */
    public void advance(long batch, long lastBatch) {
        Long done = connection
                .sync()
                .eval(
                        bytes(Scripts.ADVANCE_MARKER),
                        ScriptOutputType.INTEGER,
                        new byte[][] {marker},
                        ascii(batch),
                        ascii(lastBatch));
        if (done == null || done != 1) {
            throw new RedisWriter.RedisWriteException(
                    "Redis lost data while batch " + batch + " was written; the batch runs again", null);
        }
    }

    /** False when Redis has lost data since the last batch: nothing is published then. */
    public boolean publish(Progress progress, long lastBatch) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(ascii(lastBatch));
        progress.toFields().forEach((field, value) -> {
            arguments.add(field);
            arguments.add(value);
        });
        Long done = connection
                .sync()
                .eval(
                        bytes(Scripts.PUBLISH_PROGRESS),
                        ScriptOutputType.INTEGER,
                        new byte[][] {marker, progressKey},
                        arguments.toArray(new byte[0][]));
        return done != null && done == 1;
    }

    private static byte[] bytes(Scripts script) {
        return script.text().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        connection.close();
    }
}

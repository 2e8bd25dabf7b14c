package dev.millrace.bench;

import dev.millrace.feature.View;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Scripts;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.feature.state.Block;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes records of entities to Redis as the stream does. */
public final class RecordWriter implements AutoCloseable {
    private static final Offsets OFFSETS =
            Offsets.NONE.with(Map.of(TopicPartition.of("some-topic-id", 1), 12_345_678L));

    private final RedisClient client;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final String script;

    /** @param redis its address */
    public RecordWriter(String redis) {
        this.client = RedisClient.create(redis);
        this.connection = client.connect(ByteArrayCodec.INSTANCE);
        this.script = connection.sync().scriptLoad(Scripts.WRITE_BLOCK.text());
    }

    /** Returns the key. */
    public byte[] write(String useCase, View view, String entity, Block block) {
        byte[] key = OnlineKeys.entity(useCase, view, entity);
        connection
                .sync()
                .evalsha(
                        script,
                        ScriptOutputType.INTEGER,
                        new byte[][] {key},
                        block.toServedBytes(),
                        OFFSETS.toBytes(),
                        Long.toString(view.shape().millisToLive()).getBytes(StandardCharsets.US_ASCII));
        return key;
    }

    /** Writes a hash as it is. */
    public void write(byte[] key, Map<byte[], byte[]> fields) {
        connection.sync().hset(key, fields);
    }

    /** Bytes that a key takes. */
    public long size(byte[] key) {
        return connection.sync().memoryUsage(key);
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }
}

package dev.millrace.bench.features;

import dev.millrace.schema.event.RecordCodec;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.WindowStore;

/** The same five aggregates over the same five widths of tile by Kafka Streams' own windows, in RocksDB, with its caches. */
final class KafkaStreamsFold {
    private static final long LONGEST = 1_800;
    private static final List<Duration> TILES = List.of(
            Duration.ofMinutes(10),
            Duration.ofMinutes(24),
            Duration.ofMinutes(48),
            Duration.ofMinutes(168),
            Duration.ofHours(12));
    private static final int PARTS = 4;

    private KafkaStreamsFold() {}

    static Throughput.Pace pace(String kafka, Schema schema, long readings, Path folder) throws InterruptedException {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "bench");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, kafka);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        settings.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, ArrivalTime.class);
        Throughput throughput = new Throughput(readings);
        StreamsBuilder builder = new StreamsBuilder();
        ThreadLocal<RecordCodec> codec = ThreadLocal.withInitial(() -> new RecordCodec(schema));
        KGroupedStream<byte[], Long> grouped = builder.stream(
                        "readings", Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .mapValues(bytes -> {
                    GenericRecord reading = codec.get().decode(bytes);
                    throughput.add(1);
                    return ((BigDecimal) reading.get("value")).unscaledValue().longValue();
                })
                .groupByKey(Grouped.with(Serdes.ByteArray(), Serdes.Long()));
        Serde<byte[]> state = Serdes.ByteArray();
        for (Duration tile : TILES) {
            grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(tile))
                    .aggregate(
                            () -> new byte[PARTS * Long.BYTES],
                            (key, value, before) -> add(before, value),
                            Materialized.<byte[], byte[], WindowStore<Bytes, byte[]>>as("tiles-" + tile.toMinutes())
                                    .withKeySerde(Serdes.ByteArray())
                                    .withValueSerde(state)
                                    .withLoggingDisabled());
        }
        try (KafkaStreams streams = new KafkaStreams(builder.build(), settings)) {
            streams.start();
            return throughput.pace(LONGEST);
        }
    }

    /** Count, sum, sum of squares and greatest: of which the five follow. */
    private static byte[] add(byte[] before, long value) {
        ByteBuffer old = ByteBuffer.wrap(before);
        long count = old.getLong();
        return ByteBuffer.allocate(PARTS * Long.BYTES)
                .putLong(count + 1)
                .putLong(old.getLong() + value)
                .putLong(old.getLong() + value * value)
                .putLong(count == 0 ? value : Math.max(value, old.getLong()))
                .array();
    }
}

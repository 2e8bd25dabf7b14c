package dev.millrace.bench.features;

import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.RecordCodec;
import dev.millrace.schema.event.Topics;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic full of readings: uniform over the devices, in the order of their times, 1 % of them twice. */
record ReadingsTopic(String kafka, int readings, int devices) {
    private static final int PARTITIONS = 2;
    private static final long START = 1_700_000_000_000L;
    private static final long STEP = 30;
    private static final int REPEATED_OF = 100;

    void fill(Path useCases) throws ExecutionException, InterruptedException {
        EventType type = UseCaseLoader.load(useCases, Readings.USE_CASE).event("readings");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(List.of(
                            new NewTopic(type.topic(), PARTITIONS, (short) 1),
                            new NewTopic(Topics.LABELS, 1, (short) 1)))
                    .all()
                    .get();
        }
        RecordCodec codec = new RecordCodec(type.schema());
        Random random = new Random(3);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka, "linger.ms", "20", "batch.size", "262144"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < readings; i++) {
                GenericRecord reading = new GenericData.Record(type.schema());
                reading.put("id", new UUID(random.nextLong(), random.nextLong()).toString());
                reading.put("device", 1L + random.nextInt(devices));
                reading.put("value", BigDecimal.valueOf(random.nextInt(1_000_000), 2));
                reading.put("at", START + i * STEP);
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                        type.topic(), type.key(reading).getBytes(StandardCharsets.UTF_8), codec.encode(reading));
                record.headers().add(Headers.ARRIVAL_TIME, Headers.ofMillis(START + i * STEP));
                producer.send(record).isDone();
                if (i % REPEATED_OF == 0) {
                    producer.send(record).isDone();
                    i++;
                }
            }
        }
    }
}

package dev.millrace.prediction;

import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.event.PlatformRecords;
import dev.millrace.schema.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;

/** What a topic of one partition holds of the decision log. */
final class LoggedPredictions {

    private static final TopicPartition PARTITION = new TopicPartition(Topics.PREDICTIONS, 0);

    private LoggedPredictions() {}

    /** All that there are, once they are as many. */
    static List<Prediction> first(String kafka, int count) {
        List<Prediction> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(kafka)) {
            consumer.assign(List.of(PARTITION));
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    found.add(PlatformRecords.predictions().decode(record.value()));
                }
                return found.size() >= count;
            });
        }
        return found;
    }

    /** How many there are now. */
    static long count(String kafka) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(kafka)) {
            return consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String kafka) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka, "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}

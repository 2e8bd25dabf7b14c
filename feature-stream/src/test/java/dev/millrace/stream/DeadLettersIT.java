package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.avro.DeadLetter;
import dev.millrace.schema.event.Topics;
import dev.millrace.stream.lane.Arrival;
import dev.millrace.stream.lane.Produced;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class DeadLettersIT {
    private static LocalStack stack;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.KAFKA);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            admin.createTopics(Set.of(new NewTopic(Topics.DEAD_LETTERS, 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void aBatchThatIsRepeatedByTheNextProcessSendsItsLettersOnce() throws IOException {
        String checkpoint = UUID.randomUUID().toString();
        try (DeadLetters first = letters(checkpoint)) {
            first.send(3, List.of(refused(30), refused(31)));
            first.send(3, List.of(refused(30), refused(31)));
        }
        try (DeadLetters second = letters(checkpoint)) {
            second.send(3, List.of(refused(30), refused(31)));
            second.send(4, List.of());
            second.send(5, List.of(refused(50)));
        }
        try (DeadLetters ofAnotherQuery = letters(UUID.randomUUID().toString())) {
            ofAnotherQuery.send(3, List.of(refused(39)));
        }
        assertThat(letters())
                .extracting(DeadLetter::getOffset)
                .filteredOn(offset -> offset < 70)
                .containsExactly(30L, 31L, 50L, 39L);
    }

    /** It came compressed; what a request may have at most is asked before it is. */
    @Test
    void ofARecordThatIsLargerThanARequestItHasTheBeginning() throws IOException {
        try (DeadLetters sender = letters(UUID.randomUUID().toString())) {
            sender.send(1, List.of(refused(70, new byte[1_500_000])));
        }
        assertThat(letters())
                .filteredOn(letter -> letter.getOffset() == 70)
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.getOriginal().remaining()).isEqualTo(900_000);
                    assertThat(letter.getMessage())
                            .isEqualTo("not a record; this letter has the first 900,000 of 1,500,000 bytes, the record"
                                    + " itself has them all");
                });
    }

    private static DeadLetters letters(String checkpoint) {
        return new DeadLetters(stack.kafka().bootstrapServers(), checkpoint, Clock.systemUTC());
    }

    private static DeadLetters.Refused refused(long offset) {
        return refused(offset, new byte[] {1});
    }

    private static DeadLetters.Refused refused(long offset, byte[] value) {
        Arrival arrival = new Arrival(0, false, 0, "unreadable not a record", value);
        Produced row = new Produced(Produced.Kind.RECORD, "orders", "", 1, 0, offset, arrival.toBytes());
        return new DeadLetters.Refused(row, arrival, "unreadable", "not a record");
    }

    private static List<DeadLetter> letters() throws IOException {
        List<DeadLetter> letters = new ArrayList<>();
        TopicPartition partition = new TopicPartition(Topics.DEAD_LETTERS, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    letters.add(DeadLetter.getDecoder().decode(record.value()));
                }
            }
        }
        return letters;
    }
}

package dev.millrace.stream.lane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.online.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PacksTests {
    private static final TopicPartition HERE = new TopicPartition(7, 0);
    private static final TopicPartition THERE = new TopicPartition(7, 1);

    private final Packs packs = new Packs();

    @Test
    void whatBelongsToAKeyTravelsTogetherInItsOrder() {
        add(HERE, "a", 10, "one");
        add(HERE, "b", 11, "");
        add(HERE, "a", 12, "two");
        assertThat(taken()).containsExactlyInAnyOrder("a 7/0 10=one 12=two", "b 7/0 11=");
    }

    @Test
    void aPackIsOfOnePartition() {
        add(HERE, "a", 10, "one");
        add(THERE, "a", 3, "other");
        add(HERE, "a", 11, "two");
        assertThat(taken()).containsExactly("a 7/0 10=one", "a 7/1 3=other", "a 7/0 11=two");
    }

    @Test
    void noPackGrowsWithoutBound() {
        String payload = "x".repeat(1_000);
        for (int i = 0; i < 200; i++) {
            add(HERE, "a", i, payload);
        }
        List<Keyed> taken = packs.take();
        assertThat(taken).hasSizeBetween(3, 5).allMatch(row -> row.pack().length < 70_000);
        assertThat(taken.stream().flatMap(row -> Pack.items(row.pack()).stream()))
                .extracting(Pack.Item::offset)
                .hasSize(200)
                .isSorted();
    }

    @Test
    void whatIsTakenIsHeldNoMore() {
        assertThat(packs.bytes()).isZero();
        add(HERE, "a", 10, "one");
        assertThat(packs.bytes()).isPositive();
        assertThat(taken()).hasSize(1);
        assertThat(packs.bytes()).isZero();
        assertThat(taken()).isEmpty();
    }

    private void add(TopicPartition partition, String key, long offset, String payload) {
        packs.add(partition, key, offset, payload.getBytes(UTF_8));
    }

    private List<String> taken() {
        List<String> taken = new ArrayList<>();
        for (Keyed row : packs.take()) {
            StringBuilder text = new StringBuilder(row.key() + " " + row.topicId() + "/" + row.partition());
            for (Pack.Item item : Pack.items(row.pack())) {
                text.append(' ').append(item.offset()).append('=').append(new String(item.payload(), UTF_8));
            }
            taken.add(text.toString());
        }
        return taken;
    }
}

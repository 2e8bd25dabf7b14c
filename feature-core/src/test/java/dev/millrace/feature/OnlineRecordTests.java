package dev.millrace.feature;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.feature.Things.Thing;
import dev.millrace.feature.online.Offsets;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.online.Scripts;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.CorruptBlockException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OnlineRecordTests {
    private static final TopicPartition PARTITION = TopicPartition.of("an-id", 3);

    @Test
    void aHeadOnABlockReadsAsOneBlockOfAll() {
        View view = Things.view("exact");
        List<Thing> things = Things.some(new Random(3), 40, 0, 200_000);
        Block early = view.shape().empty();
        Block all = view.shape().empty();
        Map<byte[], byte[]> fields = new HashMap<>();
        for (int i = 0; i < things.size(); i++) {
            all.fold(things.get(i).in(view));
            if (i < 25) {
                early.fold(things.get(i).in(view));
            } else {
                fields.put(OnlineKeys.head(PARTITION, i), things.get(i).in(view).toBytes());
            }
        }
        fields.put(OnlineKeys.BLOCK, early.toBytes());
        fields.put(OnlineKeys.OFFSETS, Offsets.NONE.with(Map.of(PARTITION, 24L)).toBytes());
        OnlineRecord record = OnlineRecord.read(view, fields.entrySet(), Things::noOlder);
        assertThat(record.block().toBytes()).isEqualTo(all.toBytes());
        assertThat(record.offsets().highest()).containsExactly(Map.entry(PARTITION, 39L));
        assertThat(record.cut()).isFalse();
        fields.put(OnlineKeys.CUT, new byte[] {'1'});
        assertThat(OnlineRecord.read(view, fields.entrySet(), Things::noOlder).cut())
                .isTrue();
        assertThat(OnlineRecord.read(view, List.of(), Things::noOlder).block().newest())
                .isEqualTo(Block.NONE);
        assertThatThrownBy(() ->
                        OnlineRecord.read(view, Map.of(new byte[2], new byte[0]).entrySet(), Things::noOlder))
                .isInstanceOf(CorruptBlockException.class)
                .hasMessage("Expected the fields b, o, c and h… of an entity, found one of 2 bytes");
    }

    @Test
    void offsetsSurviveTheirBytes() {
        Offsets offsets = Offsets.NONE.with(Map.of(PARTITION, 5L, TopicPartition.of("other", 0), 1L << 40));
        assertThat(Offsets.fromBytes(offsets.toBytes())).isEqualTo(offsets);
        assertThat(offsets.with(Map.of(PARTITION, 4L))).isEqualTo(offsets);
        assertThatThrownBy(() -> Offsets.fromBytes(new byte[7]))
                .hasMessage("Expected offsets of 20 bytes each, found 7 bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replay|x|Expected 16 bytes in the field 'replay' of the progress, found 1",
                "ea:0|12345678|Expected 16 bytes in the field 'ea:0' of the progress, found 8",
                "ea|1234567812345678|Expected the field of a partition, e and its topic, ':' and its number, found 'ea'",
                "ea:|1234567812345678|Expected the field of a partition, e and its topic, ':' and its number, found 'ea:'",
                "ea:9999999999|1234567812345678|Expected the field of a partition, e and its topic, ':' and its number, found 'ea:9999999999'"
            })
    void progressOfOthersIsRefused(String field, String value, String message) {
        assertThatThrownBy(() -> Progress.fromFields(List.of(Map.entry(field.getBytes(UTF_8), value.getBytes(UTF_8)))))
                .isInstanceOf(CorruptBlockException.class)
                .hasMessage(message);
    }

    @Test
    void progressThatNamesAPartitionTwiceIsRefused() {
        byte[] longs = new byte[16];
        assertThatThrownBy(() -> Progress.fromFields(
                        List.of(Map.entry("ea:0".getBytes(UTF_8), longs), Map.entry("ea:00".getBytes(UTF_8), longs))))
                .isInstanceOf(CorruptBlockException.class)
                .hasMessageStartingWith("Expected each partition and view of the progress once");
    }

    @Test
    void progressSurvivesItsFieldsAndSaysHowOldAViewIs() {
        Progress progress = new Progress(
                Map.of(
                        new Progress.Key("a", 0), new Progress.Read(10, 2000),
                        new Progress.Key("a", 1), new Progress.Read(9, 1000),
                        new Progress.Key("b:c", 0), new Progress.Read(7, 500)),
                Optional.of(new Progress.Replay(42, 100_000)),
                false,
                Map.of("exact", Things.view("exact").version(), "gone", "7"));
        assertThat(Progress.fromFields(progress.toFields().entrySet())).isEqualTo(progress);
        assertThat(progress.asOf("a")).hasValue(1000);
        assertThat(progress.asOf("a", 0)).hasValue(2000);
        assertThat(progress.asOf("a", 2)).isEmpty();
        assertThat(progress.asOf("none")).isEmpty();
        assertThat(progress.partitionCount("a")).isEqualTo(2);
        assertThat(progress.clock(109_999)).isEqualTo(42);
        assertThat(progress.clock(110_000)).isEqualTo(110_000);
        assertThat(Progress.fromFields(List.of()).rebuilding()).isTrue();
        assertThat(progress.keeps(Things.view("exact"))).isTrue();
        assertThat(new Progress(Map.of(), Optional.empty(), false, Map.of("exact", "7")).keeps(Things.view("exact")))
                .isFalse();
        assertThat(new Progress(Map.of(), Optional.empty(), false).keeps(Things.view("exact")))
                .isTrue();
    }

    @Test
    void keysAreReadable() {
        View view = Things.view("exact");
        assertThat(new String(OnlineKeys.entity("u", view, "7|8"), StandardCharsets.UTF_8))
                .isEqualTo("f:u:exact:" + view.version() + ":7|8");
        assertThat(new String(OnlineKeys.progress("u"), StandardCharsets.UTF_8)).isEqualTo("p:u");
        assertThat(new String(OnlineKeys.marker("u", "c"), StandardCharsets.UTF_8))
                .isEqualTo("m:u:c");
        assertThat(Scripts.values())
                .allSatisfy(script -> assertThat(script.text()).startsWith("-- KEYS[1]"));
    }
}

package dev.millrace.prediction.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.online.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LastProgressTests {
    private final LastProgress last = new LastProgress();

    private static Progress random(Random random) {
        Map<Progress.Key, Progress.Read> partitions = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            partitions.put(
                    new Progress.Key("topic" + random.nextInt(2), random.nextInt(2)),
                    new Progress.Read(random.nextInt(2), random.nextInt(2)));
        }
        Optional<Progress.Replay> replay =
                random.nextBoolean() ? Optional.empty() : Optional.of(new Progress.Replay(random.nextInt(2), 1));
        return new Progress(
                partitions,
                replay,
                random.nextBoolean(),
                random.nextBoolean() ? Map.of() : Map.of("view", "version" + random.nextInt(2)));
    }

    /** Other arrays, as each reply of Redis has. */
    private static Map<byte[], byte[]> copy(List<Map.Entry<byte[], byte[]>> fields) {
        Map<byte[], byte[]> copy = new LinkedHashMap<>();
        fields.forEach(
                field -> copy.put(field.getKey().clone(), field.getValue().clone()));
        return copy;
    }

    @Test
    void isAlwaysWhatTheFieldsSay() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            Progress progress = random(random);
            List<Map.Entry<byte[], byte[]>> fields =
                    new ArrayList<>(progress.toFields().entrySet());
            Collections.shuffle(fields, random);
            assertThat(last.of(copy(fields))).as("seed %d", seed).isEqualTo(progress);
        }
    }

    @Test
    void makesSenseOfTheSameFieldsOnce() {
        List<Map.Entry<byte[], byte[]>> fields =
                List.copyOf(random(new Random(1)).toFields().entrySet());
        assertThat(last.of(copy(fields))).isSameAs(last.of(copy(fields)));
    }
}

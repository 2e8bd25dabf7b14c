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

    /** As Redis gives them: other arrays each time, in any order. */
    private static Map<byte[], byte[]> fields(Progress progress, Random random) {
        List<Map.Entry<byte[], byte[]>> entries =
                new ArrayList<>(progress.toFields().entrySet());
        Collections.shuffle(entries, random);
        Map<byte[], byte[]> fields = new LinkedHashMap<>();
        entries.forEach(
                entry -> fields.put(entry.getKey().clone(), entry.getValue().clone()));
        return fields;
    }

    @Test
    void isAlwaysWhatTheFieldsSay() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            Progress progress = random(random);
            assertThat(last.of(fields(progress, random)))
                    .as("seed %d", seed)
                    .isEqualTo(Progress.fromFields(progress.toFields().entrySet()));
        }
    }

    @Test
    void makesSenseOfTheSameFieldsOnce() {
        Progress progress = random(new Random(1));
        Progress first = last.of(fields(progress, new Random(2)));
        assertThat(last.of(fields(progress, new Random(2)))).isSameAs(first);
    }
}

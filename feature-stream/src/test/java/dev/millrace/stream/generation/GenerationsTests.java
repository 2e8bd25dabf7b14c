package dev.millrace.stream.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.stream.lane.CheckpointId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GenerationsTests {
    @TempDir
    private Path folder;

    private Generations generations;

    @BeforeEach
    void make() {
        generations = new Generations(folder.resolve("exact").toString(), new Configuration());
    }

    @Test
    void theNewestIsTheLastThatIsPublished() throws IOException {
        assertThat(generations.newest()).isEmpty();
        publish(2);
        publish(10);
        Files.createDirectories(Path.of(generations.initial(11)));
        assertThat(generations.newest()).hasValueSatisfying(newest -> {
            assertThat(newest.number()).isEqualTo(10);
            assertThat(newest.views()).containsExactly(Map.entry("buyer", "f00"));
        });
    }

    @Test
    void keepsTheRunningOneItsPredecessorAndWhatIsMade() throws IOException {
        Path first = Files.createDirectories(Path.of(generations.checkpoint(0)));
        for (int number = 0; number <= 3; number++) {
            publish(number);
            Files.createDirectories(Path.of(generations.checkpoint(number), "state"));
            CheckpointId.of(generations.checkpoint(number), new Configuration());
        }
        Files.createDirectories(Path.of(generations.initial(4)));
        generations.removeBefore(generations.newest().orElseThrow());
        try (var left = Files.list(folder.resolve("exact.generations"))) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("2", "3", "4");
        }
        assertThat(first).exists();
        assertThat(Path.of(generations.checkpoint(2), "state")).exists();
        assertThat(generations.newest())
                .hasValueSatisfying(newest -> assertThat(newest.number()).isEqualTo(3));
    }

    /** Two backfills while no stream ran: what was written last was written by neither. */
    @Test
    void oneThatNeverRanHasWrittenNothing() throws IOException {
        for (int number = 0; number <= 4; number++) {
            publish(number);
        }
        for (int number : List.of(0, 1, 4)) {
            CheckpointId.of(generations.checkpoint(number), new Configuration());
        }
        Generation running = generations.newest().orElseThrow();
        assertThat(generations.ranBefore(running)).containsExactly(1, 0);
        generations.removeBefore(running);
        assertThat(generations.ranBefore(running)).containsExactly(1);
    }

    @Test
    void theFirstHasNothingBeforeIt() throws IOException {
        publish(0);
        publish(1);
        CheckpointId.of(generations.checkpoint(0), new Configuration());
        generations.removeBefore(new Generation(1, Map.of(), ""));
        try (var left = Files.list(folder.resolve("exact.generations"))) {
            assertThat(left).hasSize(2);
        }
    }

    private void publish(int number) throws IOException {
        generations.publish(new Generation(number, Map.of("buyer", "f00"), "earliest"));
    }
}

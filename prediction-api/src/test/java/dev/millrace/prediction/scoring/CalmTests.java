package dev.millrace.prediction.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class CalmTests {

    @Test
    void comesWithAsManyQuickRoundsInARow() {
        Calm calm = new Calm(Duration.ofMillis(1), 3);

        assertThat(LongStream.of(1_000_000, 999_999, 1).mapToObj(calm::after)).containsExactly(false, false, true);
    }

    @Test
    void oneSlowRoundBeginsTheCountAnew() {
        Calm calm = new Calm(Duration.ofMillis(1), 2);

        assertThat(LongStream.of(1, 1_000_001, 1, 1).mapToObj(calm::after)).containsExactly(false, false, false, true);
    }
}

package dev.millrace.prediction.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class LargeBodiesTests {
    private static final int LARGE = LargeBodies.LARGE + 1;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private double turnedAway() {
        return meters.get("requests_turned_away_total")
                .tag("kind", "large")
                .counter()
                .count();
    }

    private static void begin(LargeBodies bodies, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(bodies.begin(LARGE)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, LARGE})
    void whatIsOrMayBeLargeIsNotReadWhereManyAre(long length) {
        LargeBodies bodies = new LargeBodies(meters);
        for (int i = 0; i < LargeBodies.INSIDE; i++) {
            assertThat(bodies.enter(length)).isTrue();
        }
        assertThat(bodies.enter(length)).isFalse();
        assertThat(turnedAway()).isEqualTo(1);
        assertThat(bodies.enter(LargeBodies.LARGE)).isTrue();
        bodies.leave(LargeBodies.LARGE);
        assertThat(bodies.enter(length)).isFalse();
        bodies.leave(length);
        assertThat(bodies.enter(length)).isTrue();
    }

    @Test
    void smallOnesNeedNoPlace() {
        LargeBodies bodies = new LargeBodies(Duration.ofMillis(1), meters);
        begin(bodies, LargeBodies.PLACES);
        assertThat(bodies.begin(LargeBodies.LARGE)).isTrue();
        bodies.end(LargeBodies.LARGE);
        assertThat(bodies.begin(LARGE)).isFalse();
        assertThat(turnedAway()).isEqualTo(1);
    }

    @Test
    void oneThatWaitsGetsThePlaceThatIsLeft() throws Exception {
        LargeBodies bodies = new LargeBodies(Duration.ofSeconds(30), meters);
        begin(bodies, LargeBodies.PLACES);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> waiting = threads.submit(() -> bodies.begin(LARGE));
            bodies.end(LARGE);
            assertThat(waiting.get()).isTrue();
        }
        assertThat(turnedAway()).isZero();
    }
}

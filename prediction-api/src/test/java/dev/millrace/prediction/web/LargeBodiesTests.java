package dev.millrace.prediction.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

    private static void fill(LargeBodies bodies) {
        for (int i = 0; i < LargeBodies.PLACES; i++) {
            assertThat(bodies.enter(LARGE)).isTrue();
        }
    }

    @Test
    void smallOnesNeedNoPlace() {
        LargeBodies bodies = new LargeBodies(Duration.ofMillis(1), meters);
        fill(bodies);
        assertThat(bodies.enter(LargeBodies.LARGE)).isTrue();
        bodies.leave(LargeBodies.LARGE);
        assertThat(bodies.enter(LARGE)).isFalse();
        assertThat(turnedAway()).isEqualTo(1);
    }

    @Test
    void oneThatWaitsGetsThePlaceThatIsLeft() throws Exception {
        LargeBodies bodies = new LargeBodies(Duration.ofSeconds(30), meters);
        fill(bodies);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> waiting = threads.submit(() -> bodies.enter(LARGE));
            bodies.leave(LARGE);
            assertThat(waiting.get()).isTrue();
        }
        assertThat(turnedAway()).isZero();
    }
}

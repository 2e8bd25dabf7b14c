package dev.millrace.prediction.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RepeatedTaskTests {
    private static final Duration LONG = Duration.ofHours(1);

    /** Ends its first turn when it is let. */
    private static final class Held extends RepeatedTask {
        private final AtomicInteger turns = new AtomicInteger();
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch let = new CountDownLatch(1);

        private Held() {
            super("held", LONG, LONG);
        }

        @Override
        protected void turn() {
            turns.incrementAndGet();
            begun.countDown();
            try {
                let.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private Thread caller() {
            return Thread.ofPlatform().start(() -> {
                try {
                    now(LONG);
                } catch (TimeoutException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }

        @Override
        public int getPhase() {
            return 0;
        }
    }

    /** What has begun may have looked already when somebody asks: it takes another turn, but one for all. */
    @Test
    void whoAsksWhileATurnIsOnWaitsForTheNextTogetherWithAllOthers() throws Exception {
        Held task = new Held();
        task.start();
        try {
            List<Thread> callers = new ArrayList<>(List.of(task.caller()));
            task.begun.await();
            for (int i = 0; i < 20; i++) {
                callers.add(task.caller());
            }
            await().until(() -> callers.stream().allMatch(caller -> caller.getState() == Thread.State.TIMED_WAITING));
            task.let.countDown();
            for (Thread caller : callers) {
                assertThat(caller.join(Duration.ofSeconds(30))).isTrue();
            }
            assertThat(task.turns).hasValue(2);
        } finally {
            task.let.countDown();
            task.stop();
        }
    }
}

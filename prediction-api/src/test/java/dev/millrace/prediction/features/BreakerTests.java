package dev.millrace.prediction.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BreakerTests {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final Breaker breaker = new Breaker(nanos::get);

    private void fail(int times, int millisApart) {
        for (int i = 0; i < times; i++) {
            nanos.addAndGet(millisApart * 1_000_000L);
            breaker.failed();
        }
    }

    @Test
    void opensWhenOnlyFailuresComeForAWhile() {
        fail(500, 0);
        assertThat(breaker.isOpen()).isFalse();
        fail(2, 125);
        assertThat(breaker.isOpen()).isTrue();
        breaker.succeeded();
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void oneSuccessBeginsAnew() {
        fail(4, 100);
        breaker.succeeded();
        fail(4, 100);
        assertThat(breaker.isOpen()).isFalse();
        breaker.open();
        assertThat(breaker.isOpen()).isTrue();
    }
}

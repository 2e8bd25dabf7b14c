package dev.millrace.bench;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Sends requests at a fixed rate, whether or not earlier ones were answered, and measures each from the moment at which it
 * was due: a server that stalls cannot slow down who asks it.
 */
final class OpenLoop {
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    private final int perSecond;
    private final Duration length;

    OpenLoop(int perSecond, Duration length) {
        this.perSecond = perSecond;
        this.length = length;
    }

    /**
     * @param latency microseconds
     * @param perSecond answered with 200
     * @param errors answered otherwise, or not at all
     */
    record Result(Histogram latency, double perSecond, int errors) {}

    Result run(IntFunction<HttpRequest> requests) throws InterruptedException {
        Histogram latency = new ConcurrentHistogram(TimeUnit.MINUTES.toMicros(1), 3);
        AtomicInteger errors = new AtomicInteger();
        int count = (int) (perSecond * length.toSeconds());
        CountDownLatch open = new CountDownLatch(count);
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = start + (long) (i * 1e9 / perSecond);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            http.sendAsync(requests.apply(i), HttpResponse.BodyHandlers.discarding())
                    .whenComplete((answer, failure) -> {
                        latency.recordValue((System.nanoTime() - due) / 1_000);
                        if (failure != null || answer.statusCode() != 200) {
                            errors.incrementAndGet();
                        }
                        open.countDown();
                    })
                    .state();
        }
        open.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Result(latency, (count - errors.get()) / seconds, errors.get());
    }
}

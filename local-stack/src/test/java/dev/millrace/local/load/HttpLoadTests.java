package dev.millrace.local.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpLoadTests {

    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch stalled = new CountDownLatch(1);
    private HttpServer server;
    private URI url;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/echo", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            int status = asked.incrementAndGet() % 10 == 0 ? 503 : 200;
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.createContext("/stall", exchange -> {
            try {
                stalled.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/chunks", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("in parts".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        stalled.countDown();
        server.stop(0);
    }

    @Test
    void anOpenLoopSendsWhatIsDueAndSeesEveryAnswer() throws IOException {
        List<String> bodies = new ArrayList<>();
        LoadResult result = new HttpLoad(url, 4)
                .open(
                        500,
                        Duration.ofSeconds(1),
                        i -> HttpCall.post(url.resolve("/echo"), Map.of("X-Test", "1"), "body " + i),
                        (number, status, body, nanos) -> {
                            assertThat(new String(body, StandardCharsets.UTF_8)).isEqualTo("body " + number);
                            bodies.add(new String(body, StandardCharsets.UTF_8));
                        });
        assertThat(bodies).hasSize(500);
        assertThat(result.statuses()).isEqualTo(Map.of(200, 450L, 503, 50L));
        assertThat(result.errors()).isEqualTo(50);
        assertThat(result.broken()).isZero();
        assertThat(result.latency().getTotalCount()).isEqualTo(500);
    }

    @Test
    void aClosedLoopAsksAgainOnceItIsAnswered() throws IOException {
        LoadResult result = new HttpLoad(url, 3)
                .closed(Duration.ofMillis(500), i -> HttpCall.get(url.resolve("/chunks?q=1"), Map.of()));
        assertThat(result.statuses().get(200))
                .isEqualTo(result.latency().getTotalCount())
                .isGreaterThan(3);
        assertThat(result.errors()).isZero();
    }

    /** Two requests of a connection that stalls: the second one waits from when it was due, not from when it was sent. */
    @Test
    void whatWaitsForAStalledServerIsMeasuredFromWhenItWasDue() throws Exception {
        Thread release = Thread.ofVirtual().unstarted(stalled::countDown);
        LoadResult result = new HttpLoad(url, 1).open(20, Duration.ofSeconds(1), i -> {
            if (i == 0) {
                // Long before the last one is due.
                var unused = Executors.newSingleThreadScheduledExecutor(
                                Thread.ofVirtual().factory())
                        .schedule(release::start, 400, java.util.concurrent.TimeUnit.MILLISECONDS);
                return HttpCall.get(url.resolve("/stall"), Map.of());
            }
            return HttpCall.get(url.resolve("/chunks"), Map.of());
        });
        release.join();
        assertThat(result.errors()).isZero();
        assertThat(result.latency().getCountBetweenValues(200_000, 60_000_000))
                .as("of the eight that were due while it stalled, those of the first half waited longest")
                .isGreaterThanOrEqualTo(4);
    }

    @Test
    void nobodyThereIsBroken() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + free);
        assertThatThrownBy(() -> new HttpLoad(nobody, 1)
                        .open(1, Duration.ofSeconds(1), i -> HttpCall.get(nobody.resolve("/"), Map.of())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refused");
    }

    @Test
    void loadGoesToThisMachineOnly() {
        assertThatThrownBy(() -> new HttpLoad(URI.create("http://192.0.2.1:80"), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Load goes to this machine only; found http://192.0.2.1:80");
    }
}

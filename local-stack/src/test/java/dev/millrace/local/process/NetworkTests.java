package dev.millrace.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NetworkTests {

    @Test
    void aFreePortIsFreeUntilSomebodyListens() throws Exception {
        int port = Network.freePort();
        assertThat(port).as("never an outgoing connection's").isBetween(10_000, 32_767);
        assertThat(Network.isFree(port)).isTrue();
        assertThat(Network.freePort()).isNotEqualTo(port);
        assertThat(Network.status("http://127.0.0.1:" + port)).isZero();
        assertThat(Network.body("http://127.0.0.1:" + port)).isEmpty();
        assertThat(Network.exchange(port, "x", 1)).isEmpty();

        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> {
            byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/ok") ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            assertThat(Network.isFree(port)).isFalse();
            assertThat(Network.status("http://127.0.0.1:" + port + "/ok")).isEqualTo(200);
            assertThat(Network.status("http://127.0.0.1:" + port + "/ill")).isEqualTo(503);
            assertThat(Network.body("http://127.0.0.1:" + port + "/ok")).hasValue("hello");
            assertThat(Network.body("http://127.0.0.1:" + port + "/ill")).isEmpty();
            assertThat(Network.exchange(port, "GET /ok HTTP/1.0\r\n\r\n", 4)).isEqualTo("HTTP");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void theUnsafeFlagIsOnlyForAJdkThatKnowsIt() {
        assertThat(JavaCommand.platformFlags(21)).noneMatch(flag -> flag.contains("sun-misc-unsafe"));
        assertThat(JavaCommand.platformFlags(25))
                .contains("--sun-misc-unsafe-memory-access=allow", "--add-opens=java.base/java.nio=ALL-UNNAMED");
    }
}

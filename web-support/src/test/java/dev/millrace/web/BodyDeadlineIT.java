package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.web.openapi.ApiDocument;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Callers that are slow, against a small service. None of its tests would end in time if it waited for them. */
@Timeout(60)
class BodyDeadlineIT {

    /** Longer than any test. */
    private static final String LONG = "10m";

    private static final int SHORT_MILLIS = 200;
    private static final String SHORT = SHORT_MILLIS + "ms";

    /** Reads bodies in each way in which a service may. */
    @Configuration
    @EnableAutoConfiguration
    @Import({WebSupport.class, Reading.class})
    static class Small {
        @Bean
        ApiDocument apiDocument() {
            return new ApiDocument("Small", Map.of());
        }

        @Bean
        ServletRegistrationBean<Plain> plain() {
            return new ServletRegistrationBean<>(new Plain(), "/plain");
        }

        @Bean
        ServletRegistrationBean<Full> full() {
            return new ServletRegistrationBean<>(new Full(), "/full");
        }
    }

    @RestController
    static class Reading {
        @PostMapping("/converted")
        int converted(@RequestBody byte[] body) {
            return body.length;
        }

        @PostMapping("/read")
        int read(HttpServletRequest request) throws IOException {
            return request.getInputStream().readAllBytes().length;
        }
    }

    /** Turns everybody away before it has read anything. */
    static final class Full extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        }
    }

    static final class Plain extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            int length = request.getInputStream().readAllBytes().length;
            response.getWriter().print(length);
        }
    }

    private static ConfigurableApplicationContext run(String deadline, int awaited) {
        return new SpringApplicationBuilder(Small.class)
                .run(
                        "--server.address=127.0.0.1",
                        "--server.port=0",
                        "--millrace.body-deadline=" + deadline,
                        "--millrace.bodies-awaited=" + awaited);
    }

    private static Socket post(ConfigurableApplicationContext service, String path, int length, String begun)
            throws IOException {
        Socket socket = new Socket(
                "127.0.0.1", Integer.parseInt(service.getEnvironment().getProperty("local.server.port")));
        String head =
                "POST %s HTTP/1.1\r\nHost: a\r\nX-Request-ID: slow-1\r\nContent-Type: application/octet-stream\r\n"
                        + "Content-Length: %d\r\n\r\n";
        socket.getOutputStream().write((head.formatted(path, length) + begun).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Up to the end of the connection. */
    private static String all(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A byte, and again one whenever nothing has been answered for a moment. Says what has come at the end of the connection. */
    private static String drip(Socket socket) throws IOException {
        socket.setSoTimeout(SHORT_MILLIS / 4);
        StringBuilder answer = new StringBuilder();
        int bytes = 0;
        while (bytes < 200) {
            try {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    return answer.toString();
                }
                answer.append((char) next);
            } catch (SocketTimeoutException e) {
                bytes++;
                drop(socket);
            } catch (SocketException e) {
                // The connection was closed while a byte was on its way.
                return answer.toString();
            }
        }
        throw new AssertionError("expected an end of the connection, but more is waited for after " + bytes + " bytes");
    }

    private static void drop(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write('x');
        } catch (SocketException e) {
            // It is closed already: what it has answered is still to be read.
            assertThat(e).hasMessageMatching("Connection reset.*|Broken pipe.*");
        }
    }

    private static void assertSlow(String answer) {
        assertThat(answer)
                .startsWith("HTTP/1.1 408")
                .contains(
                        "Content-Type: application/problem+json",
                        "X-Request-ID: slow-1",
                        "Connection: close",
                        "\"code\":\"slow-body\"");
    }

    private static double refused(ConfigurableApplicationContext service) {
        return service.getBean(MeterRegistry.class)
                .counter("requests_refused_total", "code", "slow-body")
                .count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/converted", "/read", "/plain"})
    void aBodyThatStopsIsNotWaitedFor(String path) throws Exception {
        try (ConfigurableApplicationContext service = run(SHORT, 10);
                Socket socket = post(service, path, 1_000_000, "x")) {
            assertSlow(all(socket));
            assertThat(refused(service)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/converted", "/read", "/plain"})
    void aBodyThatComesByteByByteIsWaitedForUntilItsDeadline(String path) throws Exception {
        try (ConfigurableApplicationContext service = run(SHORT, 10);
                Socket socket = post(service, path, 1_000_000, "x")) {
            assertSlow(drip(socket));
        }
    }

    /** Nobody has asked for it: the answer leaves at once, and then the connection is closed. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void neitherIsTheRestOfABodyThatIsNotRead(boolean stops) throws Exception {
        try (ConfigurableApplicationContext service = run(SHORT, 10);
                Socket socket = post(service, "/nowhere", 1_000_000, "x")) {
            assertThat(stops ? all(socket) : drip(socket))
                    .startsWith("HTTP/1.1 404")
                    .contains("\"code\":\"not-found\"");
        }
    }

    /** There are as few threads for those who are turned away: whoever sends no more must not take them all. */
    @Test
    void onlyTwoWhoAreTurnedAwayAreWaitedFor() throws Exception {
        try (ConfigurableApplicationContext service = run(LONG, 10);
                Socket first = post(service, "/full", 10, "x");
                Socket second = post(service, "/full", 10, "x")) {
            for (Socket waitedFor : List.of(first, second)) {
                assertThat(new String(waitedFor.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 503");
            }
            // Whether both are waited for already, nobody tells: one after them is closed when they are.
            await().ignoreExceptionsInstanceOf(SocketTimeoutException.class).untilAsserted(() -> {
                try (Socket third = post(service, "/full", 10, "x")) {
                    third.setSoTimeout(SHORT_MILLIS);
                    assertThat(all(third)).startsWith("HTTP/1.1 503");
                }
            });
        }
    }

    @Test
    void aBodyThatIsNotReadLeavesTheConnectionToTheNextRequest() throws Exception {
        try (ConfigurableApplicationContext service = run(LONG, 10);
                Socket socket = post(service, "/nowhere", 5, "12345")) {
            socket.getOutputStream()
                    .write("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(all(socket).split("HTTP/1.1 404")).hasSize(3);
        }
    }

    private static void assertTaken(Socket socket) throws IOException {
        assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 200");
    }

    @Test
    void whileAsManyAreWaitedForAsMayBeOnlyWhatIsThereIsTaken() throws Exception {
        byte[] rest = "23".getBytes(StandardCharsets.US_ASCII);
        try (ConfigurableApplicationContext service = run(LONG, 1);
                Socket one = post(service, "/plain", 3, "1");
                Socket other = post(service, "/plain", 3, "1")) {
            await().until(() ->
                    one.getInputStream().available() + other.getInputStream().available() > 0);
            Socket refused = one.getInputStream().available() > 0 ? one : other;
            Socket awaited = refused == one ? other : one;
            assertSlow(all(refused));
            try (Socket third = post(service, "/plain", 3, "123")) {
                assertTaken(third);
            }
            awaited.getOutputStream().write(rest);
            assertTaken(awaited);
            try (Socket fourth = post(service, "/plain", 3, "1")) {
                fourth.getOutputStream().write(rest);
                assertTaken(fourth);
            }
        }
    }

    private static Socket chunks(ConfigurableApplicationContext service, String path, String begun) throws IOException {
        Socket socket = new Socket(
                "127.0.0.1", Integer.parseInt(service.getEnvironment().getProperty("local.server.port")));
        String head =
                "POST %s HTTP/1.1\r\nHost: a\r\nX-Request-ID: slow-1\r\nContent-Type: application/octet-stream\r\n"
                        + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write((head.formatted(path) + begun).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/converted", "/read", "/plain"})
    void aBodyInChunksIsTaken(String path) throws Exception {
        try (ConfigurableApplicationContext service = run(LONG, 10);
                Socket socket = chunks(service, path, "1\r\nx\r\n2\r\nyz\r\n0\r\n\r\n")) {
            assertThat(all(socket)).startsWith("HTTP/1.1 200").contains("3");
        }
    }

    /** Each of its reads goes on for as long as a byte comes, within the server and without a look at the deadline. */
    @ParameterizedTest
    @ValueSource(strings = {"1;", "1\r\nx\r\n1;", "0\r\na"})
    void whatComesBetweenChunksByteByByteIsNotWaitedForEither(String begun) throws Exception {
        try (ConfigurableApplicationContext service = run(SHORT, 10);
                Socket socket = chunks(service, "/plain", begun)) {
            assertThat(drip(socket))
                    .satisfiesAnyOf(
                            answer -> assertThat(answer).startsWith("HTTP/1.1 408"),
                            answer -> assertThat(answer).startsWith("HTTP/1.1 400"));
        }
    }

    @Test
    void theBeginningOfAChunkIsWaitedForInAPlaceOfItsOwn() throws Exception {
        try (ConfigurableApplicationContext service = run(LONG, 1);
                Socket one = post(service, "/plain", 3, "1")) {
            try (Socket other = chunks(service, "/plain", "1")) {
                // Whichever comes second finds the one place taken.
                await().until(() -> one.getInputStream().available()
                                + other.getInputStream().available()
                        > 0);
                Socket refused = one.getInputStream().available() > 0 ? one : other;
                assertThat(all(refused)).startsWith("HTTP/1.1 408");
            }
        }
    }
}

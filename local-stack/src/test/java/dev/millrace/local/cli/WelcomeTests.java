package dev.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.local.home.Folders;
import dev.millrace.local.up.Example;
import dev.millrace.local.up.Platform;
import dev.millrace.local.up.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WelcomeTests {
    private HttpServer server;
    private int status = 200;

    @TempDir
    Path folder;

    @BeforeEach
    void aServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/predict", exchange -> {
            byte[] body = "{\"rain\":1}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void noServer() {
        server.stop(0);
    }

    @Test
    void showsTheExampleWithItsAnswerAndWhatStopsIt() {
        assertThat(welcome().lines(7, "./millrace down"))
                .contains(
                        "Millrace is up after 7 s:",
                        "Try it:",
                        "  curl -s " + url() + "/predict -H 'Content-Type: application/json' -d '{}'",
                        "{\"rain\":1}")
                .endsWith("./millrace status shows what runs; ./millrace down stops it.");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aServerThatWantsAKeyIsUpToo(int refusal) {
        status = refusal;

        assertThat(welcome().lines(7, "./millrace down"))
                .contains("  curl -s " + url()
                        + "/predict -H 'X-API-Key: KEY' -H 'Content-Type: application/json' -d '{}'")
                .anyMatch(line -> line.contains("./millrace key NAME --roles scorer makes one"))
                .doesNotContain("{\"rain\":1}");
    }

    @Test
    void aUseCaseWithoutAnExampleIsUpToo() {
        status = 500;

        assertThat(welcome(Optional.empty()).lines(7, "./millrace down"))
                .contains("./millrace status shows what runs; ./millrace down stops it.")
                .noneMatch(line -> line.contains("curl"));
    }

    @Test
    void aServerThatIsBrokenIsNotUp() {
        status = 500;

        assertThatThrownBy(() -> welcome().lines(7, "./millrace down"))
                .hasMessageContaining("/predict answered 500, expected 200: {\"rain\":1}");
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private Welcome welcome() {
        return welcome(Optional.of(new Example("/predict", "{}")));
    }

    private Welcome welcome(Optional<Example> example) {
        var folders = new Folders(folder, folder.resolve("home"), folder.resolve("tools"));
        Ports ports = Ports.from(Map.of(
                Ports.variable(Platform.PREDICTION),
                Integer.toString(server.getAddress().getPort())));
        return new Welcome(Platform.of(folders, ports, "weather"), example);
    }
}

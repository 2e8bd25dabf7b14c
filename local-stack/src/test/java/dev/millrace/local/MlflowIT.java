package dev.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.server.Server;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MlflowIT extends ServerContract {
    private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/contract/";

    private final HttpClient client = HttpClient.newHttpClient();

    MlflowIT() {
        super(Server.MLFLOW);
    }

    @Test
    void keepsARegisteredModel() throws Exception {
        var request = HttpRequest.newBuilder(uri("/api/2.0/mlflow/registered-models/create"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"a-model\"}"))
                .build();

        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .contains("\"name\": \"a-model\"");
    }

    @Test
    void isOneProcess() {
        assertThat(ProcessHandle.of(stack.pid(Server.MLFLOW)).orElseThrow().descendants())
                .isEmpty();
    }

    @Test
    void itsPythonLoadsAModelLibrary() throws Exception {
        Process python = new ProcessBuilder(
                        LocalStack.python().toString(),
                        "-c",
                        "import mlflow.pyfunc, xgboost; print(xgboost.__version__, end='')")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertThat(new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("3.2.0");
    }

    @Override
    void write(String key, String value) throws Exception {
        var request = HttpRequest.newBuilder(uri(ARTIFACTS + key))
                .timeout(Duration.ofSeconds(20))
                .PUT(HttpRequest.BodyPublishers.ofString(value))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    @Override
    String read(String key) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(uri(ARTIFACTS + key))
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private URI uri(String path) {
        return URI.create(stack.mlflow().trackingUri() + path);
    }
}

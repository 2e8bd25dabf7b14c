package dev.millrace.training.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.training.TestMlflow;
import dev.millrace.training.mlflow.MlflowException.Code;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class MlflowIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static URI server;

    private final String model = "model " + UUID.randomUUID();

    @BeforeAll
    static void start() {
        server = TestMlflow.uri();
    }

    @Test
    void aVersionIsRegisteredAndFollowedByItsAlias() {
        Registry registry = new Registry(server, PATIENCE);
        assertThat(registry.byAlias(model, "champion")).isEmpty();
        registry.createModel(model);
        registry.createModel(model);
        assertThat(registry.byAlias(model, "champion")).isEmpty();
        try (Tracking tracking = new Tracking(server, Clock.systemUTC());
                Tracking.Run run = tracking.begin("experiment of " + model, Map.of("a", "b"))) {
            String source = run.artifactUri() + "/model";
            ModelVersion first = registry.createVersion(model, run.id(), source, Map.of("key", "value"));
            ModelVersion second = registry.createVersion(model, run.id(), source, Map.of());
            assertThat(first).isEqualTo(new ModelVersion(model, "1", run.id(), source, Map.of("key", "value")));
            assertThat(second.version()).isEqualTo("2");
            registry.setAlias(model, "champion", "1");
            assertThat(registry.byAlias(model, "champion")).contains(registry.version(model, "1"));
            registry.setAlias(model, "champion", "2");
            assertThat(registry.byAlias(model, "champion"))
                    .map(ModelVersion::version)
                    .contains("2");
            registry.deleteAlias(model, "champion");
            assertThat(registry.byAlias(model, "champion")).isEmpty();
            run.parameters(Map.of("depth", 6));
            run.metrics(Map.of("auc", 0.9, "none", Double.NaN));
            run.tag("state", "done");
            run.finish();
        }
    }

    @Test
    void filesTravelThroughTheServer() {
        Artifacts artifacts = new Artifacts(server, PATIENCE);
        try (Tracking tracking = new Tracking(server, Clock.systemUTC());
                Tracking.Run run = tracking.begin("files of " + model, Map.of())) {
            byte[] content = "grüße\n".getBytes(StandardCharsets.UTF_8);
            artifacts.upload(run.artifactUri(), "model/a file.txt", content);
            artifacts.upload(run.artifactUri(), "model/code/b.py", new byte[] {0, 1, -1});
            assertThat(artifacts.list(run.artifactUri())).containsExactly("model/a file.txt", "model/code/b.py");
            assertThat(artifacts.list(run.artifactUri() + "/model")).containsExactly("a file.txt", "code/b.py");
            assertThat(artifacts.download(run.artifactUri() + "/model", "a file.txt"))
                    .isEqualTo(content);
            assertThat(artifacts.download(run.artifactUri(), "model/code/b.py")).containsExactly(0, 1, -1);
            assertThatThrownBy(() -> artifacts.download(run.artifactUri(), "nothing"))
                    .isInstanceOfSatisfying(
                            MlflowException.class, e -> assertThat(e.code()).isIn(Code.NOT_FOUND, Code.FAILED))
                    .hasMessageContaining("GET " + server);
        }
    }

    @Test
    void sayWhatIsWrong() throws IOException {
        Registry registry = new Registry(server, PATIENCE);
        assertThatThrownBy(() -> registry.version(model, "1"))
                .isInstanceOf(MlflowException.class)
                .hasMessageStartingWith("mlflow-not-found: GET " + server + "/api/2.0/mlflow/model-versions/get?")
                .hasMessageContaining("RESOURCE_DOES_NOT_EXIST");
        assertThatThrownBy(() -> registry.setAlias(model, "champion", "no version"))
                .isInstanceOf(MlflowException.class)
                .hasMessageStartingWith("mlflow-");
        assertThatThrownBy(() -> new Artifacts(server, PATIENCE).list("s3://bucket/run"))
                .isInstanceOf(MlflowException.class)
                .hasMessage("mlflow-refused: artifacts of s3://bucket/run: expected a URI that begins with"
                        + " mlflow-artifacts:/: start the server with --serve-artifacts");
        URI nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        assertThatThrownBy(() -> new Registry(nobody, PATIENCE).byAlias(model, "champion"))
                .isInstanceOf(MlflowException.class)
                .hasMessageStartingWith("mlflow-unreachable: GET " + nobody);
    }

    @Test
    void aServerThatDoesNotAnswerIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            URI uri = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            Registry registry = new Registry(uri, Duration.ofMillis(200));
            assertThatThrownBy(() -> registry.version(model, "1"))
                    .isInstanceOf(MlflowException.class)
                    .hasMessageStartingWith("mlflow-unreachable: GET " + uri)
                    .hasMessageContaining("timed out");
        }
    }
}

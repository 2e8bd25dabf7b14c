package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

/** Puts packages into a real MLflow, as a training run does. */
public record TestRegistry(URI server) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    public void createModel(String model) throws Exception {
        post("registered-models/create", Map.of("name", model));
    }

    /** Registers the package, and says under which version. */
    public String register(String model, TestPackages files) throws Exception {
        JsonNode run =
                post("runs/create", Map.of("experiment_id", "0")).path("run").path("info");
        String source = run.path("artifact_uri").asText() + "/model";
        for (Map.Entry<String, byte[]> file : files.files().entrySet()) {
            put(source, file.getKey(), file.getValue());
        }
        String runId = run.path("run_id").asText();
        return post("model-versions/create", Map.of("name", model, "source", source, "run_id", runId))
                .path("model_version")
                .path("version")
                .asText();
    }

    public void promote(String model, String version) throws Exception {
        alias(model, "champion", version);
    }

    public void alias(String model, String alias, String version) throws Exception {
        post("registered-models/alias", Map.of("name", model, "alias", alias, "version", version));
    }

    public void withdraw(String model, String alias) throws Exception {
        send("DELETE", "registered-models/alias", Map.of("name", model, "alias", alias));
    }

    private JsonNode post(String path, Map<String, String> body) throws Exception {
        return send("POST", path, body);
    }

    private JsonNode send(String method, String path, Map<String, String> body) throws Exception {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create(server + "/api/2.0/mlflow/" + path))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response::body).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private void put(String source, String name, byte[] content) throws Exception {
        String path = URI.create(source).getPath();
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create(server + "/api/2.0/mlflow-artifacts/artifacts" + path + "/" + name))
                        .PUT(BodyPublishers.ofByteArray(content))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response::body).isEqualTo(200);
    }
}

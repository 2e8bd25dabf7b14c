package dev.millrace.bench.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

/** Lets the champion be scored once more, as a version that answers nobody. */
final class Shadow {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Shadow() {}

    /**
     * Gives the version the alias, and waits until the service has taken it over.
     *
     * @param registry MLflow's address
     * @param headers of an operator
     */
    static void of(URI service, URI registry, Map<String, String> headers) throws IOException, InterruptedException {
        URI refresh = service.resolve("/v1/models:refresh");
        JsonNode model = post(refresh, headers, Map.of()).path("models").path(0);
        String champion = model.at("/aliases/champion").textValue();
        post(
                registry.resolve("/api/2.0/mlflow/registered-models/alias"),
                Map.of(),
                Map.of("name", model.path("model").textValue(), "alias", "shadow", "version", champion.substring(1)));
        JsonNode after = post(refresh, headers, Map.of()).path("models").path(0);
        if (!champion.equals(after.at("/aliases/shadow").textValue())) {
            throw new IllegalStateException("Expected the shadow " + champion + ", found " + after);
        }
    }

    private static JsonNode post(URI to, Map<String, String> headers, Map<String, String> body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(to)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)));
        headers.forEach(request::header);
        HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(
                    "Expected 200 of %s, found %d: %s".formatted(to, answer.statusCode(), answer.body()));
        }
        return JSON.readTree(answer.body());
    }
}

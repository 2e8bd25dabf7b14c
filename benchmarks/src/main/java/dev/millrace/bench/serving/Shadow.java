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

/** The champion scored once more, as a version that answers nobody, until it is closed. */
final class Shadow implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String ALIAS = "shadow";

    private final URI service;
    private final URI aliases;
    private final Map<String, String> headers;
    private final String model;

    /**
     * Gives the champion's version the alias, and waits until the service has taken it over.
     *
     * @param registry MLflow's address
     * @param headers of an operator
     */
    Shadow(URI service, URI registry, Map<String, String> headers) throws IOException, InterruptedException {
        this.service = service;
        this.aliases = registry.resolve("/api/2.0/mlflow/registered-models/alias");
        this.headers = Map.copyOf(headers);
        JsonNode served = refresh();
        this.model = served.path("model").textValue();
        String champion = served.at("/aliases/champion").textValue();
        call("POST", aliases, Map.of(), Map.of("name", model, "alias", ALIAS, "version", champion.substring(1)));
        JsonNode after = refresh();
        if (!champion.equals(after.at("/aliases/" + ALIAS).textValue())) {
            throw new IllegalStateException("Expected the shadow " + champion + ", found " + after);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        call("DELETE", aliases, Map.of(), Map.of("name", model, "alias", ALIAS));
        var unused = refresh();
    }

    private JsonNode refresh() throws IOException, InterruptedException {
        return call("POST", service.resolve("/v1/models:refresh"), headers, Map.of())
                .path("models")
                .path(0);
    }

    private static JsonNode call(String method, URI to, Map<String, String> headers, Map<String, String> body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(to)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body)));
        headers.forEach(request::header);
        HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(
                    "Expected 200 of %s, found %d: %s".formatted(to, answer.statusCode(), answer.body()));
        }
        return JSON.readTree(answer.body());
    }
}

package dev.millrace.local.up;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.home.LocalStackException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/** A request that a person can paste, from {@code example.json} of the use case: {@code {"path": …, "body": …}}. */
public record Example(String path, String body) {

    public static Example in(Path useCase) {
        Path file = useCase.resolve("example.json");
        try {
            JsonNode json = new ObjectMapper().readTree(file.toFile());
            if (!json.path("path").isTextual() || !json.path("body").isObject()) {
                throw new LocalStackException(
                        "%s: expected {\"path\": \"/…\", \"body\": {…}}, came %s".formatted(file, json));
            }
            return new Example(json.path("path").asText(), json.path("body").toString());
        } catch (IOException e) {
            throw new LocalStackException("Cannot read the example request " + file, e);
        }
    }

    /** The command that sends it to {@code server}. */
    public String curl(String server) {
        return "curl -s %s%s -H 'Content-Type: application/json' -d '%s'"
                .formatted(server, path, body.replace("'", "'\\''"));
    }

    /** Sends it; the answer's body. */
    public String send(String server) {
        var request = HttpRequest.newBuilder(URI.create(server + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new LocalStackException("%s%s answered %d, expected 200: %s"
                        .formatted(server, path, answer.statusCode(), answer.body()));
            }
            return answer.body();
        } catch (IOException e) {
            throw new LocalStackException("Cannot send the example request to " + server + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while sending the example request", e);
        }
    }
}

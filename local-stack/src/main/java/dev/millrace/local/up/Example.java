package dev.millrace.local.up;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.home.LocalStackException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A request that a person can paste, from {@code example.json} of the use case: {@code {"path": …, "body": …}}. */
public record Example(String path, String body) {

    /** Nothing when the use case shows none. */
    public static Optional<Example> in(Path useCase) {
        Path file = useCase.resolve("example.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode json = new ObjectMapper().readTree(file.toFile());
            if (!json.path("path").isTextual() || !json.path("body").isObject()) {
                throw new LocalStackException(
                        "%s: expected {\"path\": \"/…\", \"body\": {…}}, came %s".formatted(file, json));
            }
            return Optional.of(
                    new Example(json.path("path").asText(), json.path("body").toString()));
        } catch (IOException e) {
            throw new LocalStackException("Cannot read the example request " + file, e);
        }
    }

    /** The command that sends it to {@code server}. */
    public String curl(String server) {
        return curl(server, "");
    }

    /** The same for a server that wants a key, which is to be put in the place of KEY. */
    public String curlWithKey(String server) {
        return curl(server, " -H 'X-API-Key: KEY'");
    }

    private String curl(String server, String header) {
        return "curl -s %s%s%s -H 'Content-Type: application/json' -d '%s'"
                .formatted(server, path, header, body.replace("'", "'\\''"));
    }

    /** Sends it without a key; the answer's body, or nothing when the server wants one. */
    public Optional<String> send(String server) {
        var request = HttpRequest.newBuilder(URI.create(server + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            return switch (answer.statusCode()) {
                case 200 -> Optional.of(answer.body());
                case 401, 403 -> Optional.empty();
                default ->
                    throw new LocalStackException("%s%s answered %d, expected 200: %s"
                            .formatted(server, path, answer.statusCode(), answer.body()));
            };
        } catch (IOException e) {
            throw new LocalStackException("Cannot send the example request to " + server + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while sending the example request", e);
        }
    }
}

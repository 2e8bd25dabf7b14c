package dev.millrace.training.config;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** The service that follows the registry. It would see a moved alias by itself; told of it, it does so at once. */
public record PredictionService(Optional<URI> address, Optional<String> apiKey) {

    /** Loading a model and warming it up takes some seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public String toString() {
        return "PredictionService[address=" + address + ", apiKey=***]";
    }

    /** What people are told of it; empty when no address is known. */
    public Optional<String> refresh() {
        return address.map(this::refreshed);
    }

    private String refreshed(URI server) {
        URI refresh = URI.create(server.toString().replaceAll("/+$", "") + "/v1/models:refresh");
        HttpRequest.Builder request =
                HttpRequest.newBuilder(refresh).timeout(PATIENCE).POST(BodyPublishers.noBody());
        apiKey.ifPresent(key -> request.header("X-API-Key", key));
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<Void> answer = client.send(request.build(), BodyHandlers.discarding());
            return answer.statusCode() == 200
                    ? "prediction-api has looked at the registry"
                    : "prediction-api did not look at the registry at once (HTTP %d of %s); it does so by itself"
                            .formatted(answer.statusCode(), refresh);
        } catch (IOException e) {
            return "prediction-api did not look at the registry at once (%s: %s); it does so by itself"
                    .formatted(refresh, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted while prediction-api looked at the registry";
        }
    }
}

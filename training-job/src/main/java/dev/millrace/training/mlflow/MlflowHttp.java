package dev.millrace.training.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.training.mlflow.MlflowException.Code;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** MLflow's REST API, each call with a deadline and an error that says what was called and what came. */
final class MlflowHttp {

    static final ObjectMapper JSON = new ObjectMapper();
    private static final int MESSAGE_LENGTH = 500;

    private final URI server;
    private final Duration timeout;
    private final HttpClient client;

    MlflowHttp(URI server, Duration timeout) {
        this.server = URI.create(server.toString().replaceAll("/+$", ""));
        this.timeout = timeout;
        this.client = HttpClient.newBuilder()
                // MLflow's server logs each offer of another.
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    JsonNode get(String path, Map<String, String> query) {
        return json(call("GET", path + query(query), BodyPublishers.noBody()));
    }

    JsonNode send(String method, String path, ObjectNode body) {
        try {
            return json(call(method, path, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
        } catch (JsonProcessingException e) {
            throw new MlflowException(Code.FAILED, method + " " + path, e);
        }
    }

    byte[] bytes(String path) {
        return call("GET", path, BodyPublishers.noBody()).body();
    }

    void put(String path, byte[] bytes) {
        call("PUT", path, BodyPublishers.ofByteArray(bytes));
    }

    /** The path with each of its segments percent-encoded. */
    static String encodedPath(String path) {
        return Arrays.stream(path.split("/")).map(MlflowHttp::encoded).collect(Collectors.joining("/"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String query(Map<String, String> query) {
        return query.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&", query.isEmpty() ? "" : "?", ""));
    }

    private HttpResponse<byte[]> call(String method, String path, BodyPublisher body) {
        String call = method + " " + server + path;
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .method(method, body)
                .build();
        try {
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            int status = response.statusCode();
            if (status / 100 != 2) {
                Code code = status == 404 ? Code.NOT_FOUND : status / 100 == 4 ? Code.REFUSED : Code.FAILED;
                throw new MlflowException(code, call, "HTTP " + status + " " + message(response.body()));
            }
            return response;
        } catch (IOException e) {
            throw new MlflowException(Code.UNREACHABLE, call, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MlflowException(Code.UNREACHABLE, call, e);
        }
    }

    private static JsonNode json(HttpResponse<byte[]> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new MlflowException(Code.FAILED, "answer of " + response.uri(), e);
        }
    }

    private static String message(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).replaceAll("\\s+", " ");
        return text.length() > MESSAGE_LENGTH ? text.substring(0, MESSAGE_LENGTH) + "…" : text;
    }
}

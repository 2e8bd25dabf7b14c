package dev.millrace.prediction.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.forest.ModelFormatException;
import dev.millrace.prediction.model.RegistryException.Code;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What serving needs of MLflow: which version an alias names, and the files of its package, through the server's proxy. */
public final class ModelRegistry {

    /** What is wrong with a model that nobody has promoted a version of. */
    static final String NO_CHAMPION = "no-champion";

    private static final String SCHEME = "mlflow-artifacts:/";
    /** Of what the registry says of an alias. */
    private static final long MOST_SAID = 1 << 20;

    /** Of what the server says instead of a file. */
    private static final int MOST_SHOWN = 500;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String server;
    private final Duration timeout;
    private final HttpClient client;

    /** @param timeout of each call, the last byte of its answer included */
    public ModelRegistry(URI server, Duration timeout) {
        this.server = server.toString().replaceAll("/+$", "");
        this.timeout = timeout;
        this.client = HttpClient.newBuilder()
                // MLflow's server logs each offer of another.
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /** The version with this alias, if there is one. */
    public Optional<RegisteredVersion> version(String model, Alias alias) throws RegistryException {
        String query = "name=%s&alias=%s".formatted(URLEncoder.encode(model, StandardCharsets.UTF_8), alias.id());
        HttpResponse<byte[]> response = get("/api/2.0/mlflow/registered-models/alias?" + query, MOST_SAID);
        JsonNode answer = json(response);
        // An unknown model is 404, an unknown alias of a known model 400.
        if ((response.statusCode() == 404 || response.statusCode() == 400)
                && answer.path("message").asText().contains("not found")) {
            return Optional.empty();
        }
        JsonNode version = answer.path("model_version");
        if (response.statusCode() != 200 || !version.path("source").isTextual()) {
            throw failed(response, answer.path("message").asText());
        }
        return Optional.of(new RegisteredVersion(
                version.path("version").asText(), version.path("source").asText()));
    }

    /**
     * A file of the version's package.
     *
     * @param most how many bytes of it there may be
     * @throws ModelFormatException when there are more; they are not downloaded
     */
    byte[] file(RegisteredVersion version, String name, long most) throws RegistryException, ModelFormatException {
        if (!version.source().startsWith(SCHEME)) {
            throw new RegistryException(
                    Code.FAILED,
                    "expected a source that begins with %s, but version %s has %s: start MLflow with --serve-artifacts"
                            .formatted(SCHEME, version.version(), version.source()));
        }
        HttpResponse<byte[]> response =
                get("/api/2.0/mlflow-artifacts/artifacts/" + folder(version) + "/" + name, most);
        if (response.statusCode() != 200) {
            int shown = Math.min(response.body().length, MOST_SHOWN);
            throw failed(response, new String(response.body(), 0, shown, StandardCharsets.UTF_8));
        }
        PackageFiles.check(name, response.body().length, most);
        return response.body();
    }

    private static String folder(RegisteredVersion version) throws RegistryException {
        try {
            return new URI(version.source()).getRawPath().replaceAll("^/+|/+$", "");
        } catch (URISyntaxException e) {
            throw new RegistryException(
                    Code.FAILED,
                    "expected the source of version %s to be a URI, but came %s"
                            .formatted(version.version(), e.getMessage()),
                    e);
        }
    }

    private HttpResponse<byte[]> get(String path, long most) throws RegistryException {
        URI uri = URI.create(server + path);
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(HttpRequest.newBuilder(uri).build(), info -> new BoundedBody(most));
        try {
            // Not the request's own timeout: that ends with the headers, and a body may stall after them.
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new RegistryException(
                    Code.UNREACHABLE,
                    "expected the whole answer of MLflow at %s within %d ms, but came less"
                            .formatted(server, timeout.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw new RegistryException(
                    Code.UNREACHABLE, "MLflow does not answer at " + server + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException(Code.UNREACHABLE, "interrupted while asking " + server, e);
        } finally {
            // Ends a download that nobody waits for any more.
            answer.cancel(true);
        }
    }

    private static JsonNode json(HttpResponse<byte[]> response) throws RegistryException {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new RegistryException(
                    Code.FAILED, "expected JSON from %s, but came %s".formatted(response.uri(), e), e);
        }
    }

    private static RegistryException failed(HttpResponse<byte[]> response, String message) {
        return new RegistryException(
                Code.FAILED,
                "expected 200 of %s, but came %d %s".formatted(response.uri(), response.statusCode(), message));
    }
}

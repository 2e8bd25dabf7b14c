package dev.millrace.training.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.training.mlflow.MlflowException.Code;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Registered models, their versions and aliases. MLflow's Java client can neither create a version nor set an alias. */
public final class Registry {

    private static final String API = "/api/2.0/mlflow/";
    private static final String ALIAS = API + "registered-models/alias";

    private final MlflowHttp http;

    public Registry(URI server, Duration timeout) {
        this.http = new MlflowHttp(server, timeout);
    }

    /** Makes the registered model when it is not there. */
    public void createModel(String model) {
        try {
            http.get(API + "registered-models/get", Map.of("name", model));
        } catch (MlflowException e) {
            if (e.code() != Code.NOT_FOUND) {
                throw e;
            }
            http.send("POST", API + "registered-models/create", named(model));
        }
    }

    /** Registers the package at {@code source} as the model's next version. */
    public ModelVersion createVersion(String model, String runId, String source, Map<String, String> tags) {
        ObjectNode body = named(model).put("run_id", runId).put("source", source);
        tags.forEach((key, value) ->
                body.withArray("tags").addObject().put("key", key).put("value", value));
        return version(http.send("POST", API + "model-versions/create", body));
    }

    /**
     * A version by its number.
     *
     * @throws MlflowException when there is no such version ({@link Code#NOT_FOUND})
     */
    public ModelVersion version(String model, String version) {
        return version(http.get(API + "model-versions/get", Map.of("name", model, "version", version)));
    }

    public void setAlias(String model, String alias, String version) {
        http.send("POST", ALIAS, named(model).put("alias", alias).put("version", version));
    }

    /** The version that the alias names, if model and alias exist. */
    public Optional<ModelVersion> byAlias(String model, String alias) {
        try {
            return Optional.of(version(http.get(ALIAS, Map.of("name", model, "alias", alias))));
        } catch (MlflowException e) {
            // MLflow answers 400 for an unknown alias of a known model.
            if (e.code() == Code.NOT_FOUND
                    || String.valueOf(e.getMessage()).contains("alias " + alias + " not found")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Removes the alias; nothing when it is not set. */
    public void deleteAlias(String model, String alias) {
        http.send("DELETE", ALIAS, named(model).put("alias", alias));
    }

    private static ObjectNode named(String model) {
        return MlflowHttp.JSON.createObjectNode().put("name", model);
    }

    private static ModelVersion version(JsonNode answer) {
        JsonNode version = answer.path("model_version");
        Map<String, String> tags = new HashMap<>();
        for (JsonNode tag : version.path("tags")) {
            tags.put(tag.path("key").asText(), tag.path("value").asText());
        }
        return new ModelVersion(
                version.path("name").asText(),
                version.path("version").asText(),
                version.path("run_id").asText(),
                version.path("source").asText(),
                tags);
    }
}

package dev.millrace.training.mlflow;

import java.util.Map;

/**
 * A registered version of a model.
 *
 * @param source where its package is, as the server names it ({@code mlflow-artifacts:/…/model})
 */
public record ModelVersion(String model, String version, String runId, String source, Map<String, String> tags) {

    public ModelVersion {
        tags = Map.copyOf(tags);
    }
}

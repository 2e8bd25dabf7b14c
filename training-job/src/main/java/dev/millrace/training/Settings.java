package dev.millrace.training;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * What the environment says.
 *
 * @param mlflow where MLflow is ({@code MLFLOW_TRACKING_URI})
 * @param patience how long a call to MLflow may take
 */
public record Settings(URI mlflow, Duration patience) {

    static final String MLFLOW = "MLFLOW_TRACKING_URI";

    public Settings {
        if (!"http".equals(mlflow.getScheme()) && !"https".equals(mlflow.getScheme())) {
            throw new IllegalArgumentException(
                    "expected an http or https address in " + MLFLOW + ", but came '" + mlflow + "'");
        }
    }

    public static Settings of(Map<String, String> environment) {
        String mlflow = environment.getOrDefault(MLFLOW, "http://127.0.0.1:5000");
        try {
            return new Settings(URI.create(mlflow), Duration.ofSeconds(60));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "expected an http or https address in " + MLFLOW + ", but came '" + mlflow + "'", e);
        }
    }
}

package dev.millrace.training.config;

import dev.millrace.lake.LakeSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the environment says.
 *
 * @param mlflow where MLflow is ({@code MLFLOW_TRACKING_URI})
 * @param patience how long a call to MLflow may take
 * @param useCases the folder with one folder per use case ({@code MILLRACE_USE_CASES})
 * @param postgresUrl of the stream's tables ({@code POSTGRES_URL})
 * @param prediction the service that follows the registry ({@code MILLRACE_PREDICTION_URL}, {@code MILLRACE_API_KEY})
 * @param lake empty when the environment names none
 * @param sparkMaster where Spark runs ({@code SPARK_MASTER})
 */
public record Settings(
        URI mlflow,
        Duration patience,
        Path useCases,
        String postgresUrl,
        String postgresUser,
        String postgresPassword,
        PredictionService prediction,
        Optional<LakeSettings> lake,
        String sparkMaster) {

    public static final String MLFLOW = "MLFLOW_TRACKING_URI";
    private static final String PREDICTION = "MILLRACE_PREDICTION_URL";
    private static final String POSTGRES_URL = "POSTGRES_URL";

    /** @throws IllegalArgumentException says all that is wrong */
    public static Settings of(Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        String mlflow = environment.getOrDefault(MLFLOW, "http://127.0.0.1:5000");
        if (!mlflow.matches("https?://[^\\s]+")) {
            problems.add("expected an http or https address in " + MLFLOW + ", but came '" + mlflow + "'");
        }
        String postgres = environment.getOrDefault(POSTGRES_URL, "jdbc:postgresql://127.0.0.1:5432/millrace");
        if (!postgres.startsWith("jdbc:postgresql:")) {
            problems.add("expected an address that begins with jdbc:postgresql: in " + POSTGRES_URL + ", but came '"
                    + postgres + "'");
        }
        Optional<String> prediction =
                Optional.ofNullable(environment.get(PREDICTION)).filter(address -> !address.isBlank());
        if (prediction.filter(address -> !address.matches("https?://[^\\s]+")).isPresent()) {
            problems.add(
                    "expected an http or https address in " + PREDICTION + ", but came '" + prediction.get() + "'");
        }
        Optional<LakeSettings> lake = Optional.empty();
        try {
            lake = LakeSettings.from(environment);
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return new Settings(
                URI.create(mlflow),
                Duration.ofSeconds(60),
                Path.of(environment.getOrDefault("MILLRACE_USE_CASES", "./use-cases")),
                postgres,
                environment.getOrDefault("POSTGRES_USER", "millrace"),
                environment.getOrDefault("POSTGRES_PASSWORD", ""),
                new PredictionService(
                        prediction.map(URI::create), Optional.ofNullable(environment.get("MILLRACE_API_KEY"))),
                lake,
                environment.getOrDefault("SPARK_MASTER", "local[*]"));
    }

    @Override
    public String toString() {
        return "Settings[mlflow=%s, useCases=%s, postgresUrl=%s, postgresUser=%s, postgresPassword=***]"
                .formatted(mlflow, useCases, postgresUrl, postgresUser);
    }
}

package dev.millrace.prediction;

import dev.millrace.schema.event.PersonalData;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Name;

/**
 * What the environment says.
 *
 * @param useCases the folder with one folder per use case ({@code MILLRACE_USE_CASES})
 * @param served the names of those that are served ({@code MILLRACE_USE_CASE})
 * @param mlflow where MLflow is ({@code MLFLOW_TRACKING_URI})
 * @param modelCache the folder for the last good models ({@code MILLRACE_MODEL_CACHE})
 * @param modelPoll how often the registry is asked ({@code MILLRACE_MODEL_POLL})
 * @param modelTimeout how long a call to the registry may take ({@code MILLRACE_MODEL_TIMEOUT})
 * @param redis where the features are ({@code REDIS_URL})
 * @param kafka where answers are kept ({@code KAFKA_BOOTSTRAP_SERVERS})
 * @param postgres where past events are, for people who ask about them ({@code POSTGRES_URL, POSTGRES_USER, POSTGRES_PASSWORD})
 * @param featuresDeadline how long reading features may take ({@code MILLRACE_FEATURES_DEADLINE})
 * @param concurrentRequests how many are worked on at a time: more are turned away ({@code MILLRACE_CONCURRENT_REQUESTS})
 * @param grpcPort where it listens for gRPC, 0 for any free port; null: nowhere ({@code MILLRACE_GRPC_PORT})
 * @param drain how long it goes on answering after it was told to stop ({@code MILLRACE_DRAIN})
 * @param maskingKey what ingestion hashes personal fields with; empty where requests have none ({@code MILLRACE_MASKING_KEY})
 * @param fresh how far features may lag behind and still be called complete ({@code MILLRACE_FEATURES_FRESH})
 */
@ConfigurationProperties("millrace")
public record PredictionSettings(
        Path useCases,
        @Name("use-case") List<String> served,
        URI mlflow,
        Path modelCache,
        Duration modelPoll,
        Duration modelTimeout,
        URI redis,
        String kafka,
        Postgres postgres,
        Duration featuresDeadline,
        Duration fresh,
        int concurrentRequests,
        @Nullable Integer grpcPort,
        Duration drain,
        String maskingKey) {

    /** Without its secret. */
    @Override
    public String toString() {
        return "PredictionSettings[useCases=%s, served=%s]".formatted(useCases, served);
    }

    /**
     * The database.
     *
     * @param connections at most
     * @param patience how long a request waits for one
     */
    public record Postgres(String url, String user, String password, int connections, Duration patience) {
        @Override
        public String toString() {
            return "Postgres[url=" + url + ", user=" + user + ", password=***]";
        }
    }

    public PredictionSettings {
        List<String> problems = new ArrayList<>();
        served = List.copyOf(served);
        if (served.isEmpty()) {
            problems.add("expected the name of a use case in MILLRACE_USE_CASE, but came nothing");
        }
        if (served.stream().anyMatch(String::isBlank) || Set.copyOf(served).size() < served.size()) {
            problems.add(
                    "expected names of use cases with commas between them in MILLRACE_USE_CASE, each once, but came "
                            + served);
        }
        if (!"http".equals(mlflow.getScheme()) && !"https".equals(mlflow.getScheme())) {
            problems.add("expected an http or https address in MLFLOW_TRACKING_URI, but came '" + mlflow + "'");
        }
        if (!modelPoll.isPositive()) {
            problems.add("expected a positive time in MILLRACE_MODEL_POLL, such as 2s, but came " + modelPoll);
        }
        if (!modelTimeout.isPositive()) {
            problems.add("expected a positive time in MILLRACE_MODEL_TIMEOUT, such as 10s, but came " + modelTimeout);
        }
        if (!"redis".equals(redis.getScheme()) && !"rediss".equals(redis.getScheme())) {
            problems.add("expected a redis or rediss address in REDIS_URL, but came '" + redis + "'");
        }
        if (kafka.isBlank()) {
            problems.add("expected host:port of Kafka in KAFKA_BOOTSTRAP_SERVERS, but came nothing");
        }
        if (!postgres.url().startsWith("jdbc:postgresql:")) {
            problems.add(
                    "expected an address such as jdbc:postgresql://127.0.0.1:5432/millrace in POSTGRES_URL, but came '"
                            + postgres.url() + "'");
        }
        if (!featuresDeadline.isPositive()) {
            problems.add("expected a positive time in MILLRACE_FEATURES_DEADLINE, such as 20ms, but came "
                    + featuresDeadline);
        }
        if (fresh.isNegative()) {
            problems.add("expected a time in MILLRACE_FEATURES_FRESH, such as 1s, but came " + fresh);
        }
        if (concurrentRequests < 1) {
            problems.add("expected a number of at least 1 in MILLRACE_CONCURRENT_REQUESTS, such as 2000, but came "
                    + concurrentRequests);
        }
        if (grpcPort != null && (grpcPort < 0 || grpcPort > 65_535)) {
            problems.add("expected a port in MILLRACE_GRPC_PORT, such as 8081, but came " + grpcPort);
        }
        if (drain.isNegative()) {
            problems.add("expected a time in MILLRACE_DRAIN, such as 5s, but came " + drain);
        }
        if (!maskingKey.isEmpty()
                && maskingKey.getBytes(StandardCharsets.UTF_8).length < PersonalData.SHORTEST_SECRET) {
            problems.add("expected a secret of at least %d bytes in MILLRACE_MASKING_KEY, or none"
                    .formatted(PersonalData.SHORTEST_SECRET));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }
}

package dev.millrace.stream.config;

import dev.millrace.lake.LakeSettings;
import dev.millrace.schema.definition.Durations;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the stream reads and writes.
 *
 * @param useCases folder of use cases
 * @param checkpoint folder or URL
 * @param master of Spark
 * @param greatestBatch events that one micro-batch reads at most
 * @param address and {@code port} of metrics and health
 * @param lake null when none is kept
 * @param lakeTrigger how often events are committed to it
 */
public record StreamConfig(
        String useCases,
        String useCase,
        String kafka,
        String postgresUrl,
        String postgresUser,
        String postgresPassword,
        String redis,
        String checkpoint,
        String master,
        int greatestBatch,
        String address,
        int port,
        @Nullable LakeSettings lake,
        Duration lakeTrigger)
        implements Serializable {

    /** @throws IllegalArgumentException says all that is wrong at once */
    public static StreamConfig from(Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        StreamConfig config = new StreamConfig(
                environment.getOrDefault("MILLRACE_USE_CASES", "use-cases"),
                required(
                        environment,
                        "MILLRACE_USE_CASE",
                        "the name of a use case, such as a folder in use-cases",
                        problems),
                environment.getOrDefault("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092"),
                environment.getOrDefault("POSTGRES_URL", "jdbc:postgresql://127.0.0.1:5432/millrace"),
                environment.getOrDefault("POSTGRES_USER", "millrace"),
                required(environment, "POSTGRES_PASSWORD", "the password of POSTGRES_USER", problems),
                environment.getOrDefault("REDIS_URL", "redis://127.0.0.1:6379"),
                required(environment, "MILLRACE_CHECKPOINT", "a folder or URL that outlives the process", problems),
                environment.getOrDefault("SPARK_MASTER", "local[2]"),
                number(environment, "MILLRACE_GREATEST_BATCH", 20_000, problems),
                environment.getOrDefault("SERVER_ADDRESS", "127.0.0.1"),
                number(environment, "SERVER_PORT", 8002, problems),
                problems.isEmpty() ? LakeSettings.from(environment).orElse(null) : null,
                duration(environment, "MILLRACE_LAKE_TRIGGER", Duration.ofSeconds(30), problems));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("The configuration is wrong:\n  " + String.join("\n  ", problems));
        }
        return config;
    }

    /** The same with another checkpoint. */
    public StreamConfig at(String other) {
        return new StreamConfig(
                useCases,
                useCase,
                kafka,
                postgresUrl,
                postgresUser,
                postgresPassword,
                redis,
                other,
                master,
                greatestBatch,
                address,
                port,
                lake,
                lakeTrigger);
    }

    private static String required(
            Map<String, String> environment, String name, String meaning, List<String> problems) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            problems.add("set " + name + " to " + meaning);
            return "";
        }
        return value;
    }

    private static int number(Map<String, String> environment, String name, int otherwise, List<String> problems) {
        String value = environment.get(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("[1-9][0-9]{0,7}")) {
            problems.add(name + " is a whole number above 0; found '" + value + "'");
            return otherwise;
        }
        return Integer.parseInt(value);
    }

    private static Duration duration(
            Map<String, String> environment, String name, Duration otherwise, List<String> problems) {
        String value = environment.get(name);
        if (value == null) {
            return otherwise;
        }
        return Durations.parse(value).filter(Duration::isPositive).orElseGet(() -> {
            problems.add(name + " is a duration such as 30s; found '" + value + "'");
            return otherwise;
        });
    }
}

package dev.millrace.stream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.lake.LakeSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StreamConfigTests {
    private static final Map<String, String> LEAST =
            Map.of("MILLRACE_USE_CASE", "orders", "POSTGRES_PASSWORD", "secret", "MILLRACE_CHECKPOINT", "there");

    @Test
    void hasDefaultsForOneMachine() {
        assertThat(StreamConfig.from(LEAST))
                .isEqualTo(new StreamConfig(
                        "use-cases",
                        "orders",
                        "127.0.0.1:9092",
                        "jdbc:postgresql://127.0.0.1:5432/millrace",
                        "millrace",
                        "secret",
                        "redis://127.0.0.1:6379",
                        "there",
                        "local[2]",
                        20_000,
                        "127.0.0.1",
                        8002,
                        null,
                        Duration.ofSeconds(30)));
    }

    @Test
    void everySettingCanBeChanged() {
        Map<String, String> all = new HashMap<>(LEAST);
        all.put("MILLRACE_USE_CASES", "a");
        all.put("KAFKA_BOOTSTRAP_SERVERS", "b");
        all.put("POSTGRES_URL", "c");
        all.put("POSTGRES_USER", "d");
        all.put("REDIS_URL", "e");
        all.put("SPARK_MASTER", "f");
        all.put("MILLRACE_GREATEST_BATCH", "7");
        all.put("SERVER_ADDRESS", "g");
        all.put("SERVER_PORT", "8");
        all.put("S3_BUCKET_PROCESSED", "h");
        all.put("MILLRACE_LAKE_TRIGGER", "10s");
        assertThat(StreamConfig.from(all))
                .isEqualTo(new StreamConfig(
                        "a",
                        "orders",
                        "b",
                        "c",
                        "d",
                        "secret",
                        "e",
                        "there",
                        "f",
                        7,
                        "g",
                        8,
                        new LakeSettings("c", "d", "secret", "h", "", "", "", "us-east-1"),
                        Duration.ofSeconds(10)));
    }

    @Test
    void saysAllThatIsWrongAtOnce() {
        assertThatThrownBy(() -> StreamConfig.from(Map.of("SERVER_PORT", "x", "MILLRACE_LAKE_TRIGGER", "often")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                        The configuration is wrong:
                          set MILLRACE_USE_CASE to the name of a use case, such as a folder in use-cases
                          set POSTGRES_PASSWORD to the password of POSTGRES_USER
                          set MILLRACE_CHECKPOINT to a folder or URL that outlives the process
                          SERVER_PORT is a whole number above 0; found 'x'
                          MILLRACE_LAKE_TRIGGER is a duration such as 30s; found 'often'""");
    }
}

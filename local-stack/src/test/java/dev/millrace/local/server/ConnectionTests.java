package dev.millrace.local.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectionTests {

    @Test
    void speakTheEnvironmentOfTheServices() {
        assertThat(new Connection.Kafka("127.0.0.1:1").environment())
                .isEqualTo(Map.of("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"));
        assertThat(new Connection.Postgres("jdbc:x", "u", "p").environment())
                .isEqualTo(Map.of("POSTGRES_URL", "jdbc:x", "POSTGRES_USER", "u", "POSTGRES_PASSWORD", "p"));
        assertThat(new Connection.Redis("redis://x").environment()).isEqualTo(Map.of("REDIS_URL", "redis://x"));
        assertThat(new Connection.Mlflow("http://x").environment())
                .isEqualTo(Map.of("MLFLOW_TRACKING_URI", "http://x"));
        assertThat(new Connection.S3("http://x", "a", "s", "r").environment())
                .isEqualTo(Map.of(
                        "S3_ENDPOINT",
                        "http://x",
                        "AWS_ACCESS_KEY_ID",
                        "a",
                        "AWS_SECRET_ACCESS_KEY",
                        "s",
                        "AWS_REGION",
                        "r"));
    }

    @Test
    void showNoSecrets() {
        assertThat(new Connection.S3("http://x", "a", "hidden", "r").toString()).doesNotContain("hidden");
        assertThat(new Connection.Postgres("jdbc:x", "u", "hidden").toString()).doesNotContain("hidden");
    }
}

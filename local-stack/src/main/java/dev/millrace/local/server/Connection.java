package dev.millrace.local.server;

import java.util.Map;

/** How to reach one server: what a client needs, and the same as the environment of a process. */
public sealed interface Connection {

    /** The environment variables by which every process of the platform finds this server. */
    Map<String, String> environment();

    record Kafka(String bootstrapServers) implements Connection {
        @Override
        public Map<String, String> environment() {
            return Map.of("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
        }
    }

    /** A database of its own; the user is its owner and a superuser. */
    record Postgres(String url, String user, String password) implements Connection {
        @Override
        public Map<String, String> environment() {
            return Map.of("POSTGRES_URL", url, "POSTGRES_USER", user, "POSTGRES_PASSWORD", password);
        }

        @Override
        public String toString() {
            return "Postgres[url=" + url + ", user=" + user + ", password=***]";
        }
    }

    record Redis(String url) implements Connection {
        @Override
        public Map<String, String> environment() {
            return Map.of("REDIS_URL", url);
        }
    }

    /** An endpoint that wants path-style access. */
    record S3(String endpoint, String accessKey, String secretKey, String region) implements Connection {
        @Override
        public Map<String, String> environment() {
            return Map.of(
                    "S3_ENDPOINT",
                    endpoint,
                    "AWS_ACCESS_KEY_ID",
                    accessKey,
                    "AWS_SECRET_ACCESS_KEY",
                    secretKey,
                    "AWS_REGION",
                    region);
        }

        @Override
        public String toString() {
            return "S3[endpoint=" + endpoint + ", accessKey=" + accessKey + ", secretKey=***, region=" + region + "]";
        }
    }

    record Mlflow(String trackingUri) implements Connection {
        @Override
        public Map<String, String> environment() {
            return Map.of("MLFLOW_TRACKING_URI", trackingUri);
        }
    }
}

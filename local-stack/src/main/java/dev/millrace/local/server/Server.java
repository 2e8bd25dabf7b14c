package dev.millrace.local.server;

import java.util.Locale;

/** A server that the stack can start. */
public enum Server {
    KAFKA("Kafka", 9092),
    POSTGRES("PostgreSQL", 5432),
    REDIS("Redis", 6379),
    S3("S3", 9000),
    MLFLOW("MLflow", 5000);

    private final String title;
    private final int defaultPort;

    Server(String title, int defaultPort) {
        this.title = title;
        this.defaultPort = defaultPort;
    }

    /** The name that people know it by. */
    public String title() {
        return title;
    }

    /** The port that {@code ./millrace up} gives it unless it is moved. */
    public int defaultPort() {
        return defaultPort;
    }

    /** Its name in file names and in the process table. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}

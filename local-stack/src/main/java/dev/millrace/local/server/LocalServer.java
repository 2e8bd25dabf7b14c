package dev.millrace.local.server;

import dev.millrace.local.process.ProcessSpec;
import java.time.Duration;

/** How one server is laid out, started and recognised as ready. Its data and port survive its process. */
public sealed interface LocalServer permits KafkaServer, PostgresServer, RedisServer, S3Server, MlflowServer {

    Server kind();

    /** Makes what must be there before a start; finds its own earlier work. */
    void prepare();

    ProcessSpec process();

    /** Whether it serves now. */
    boolean isReady();

    /** How long a start may take on a slow machine. */
    default Duration patience() {
        return Duration.ofSeconds(90);
    }

    Connection connection();
}

package dev.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.server.Connection;
import dev.millrace.local.server.Server;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What every server promises to the tests of the other modules. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
abstract class ServerContract {
    private final Server server;
    final LocalStack stack;

    ServerContract(Server server) {
        this.server = server;
        long start = System.nanoTime();
        this.stack = LocalStack.own(server);
        System.out.printf("%s ready after %d ms%n", server, (System.nanoTime() - start) / 1_000_000);
    }

    @AfterAll
    void stopped() {
        long pid = stack.pid(server);
        stack.close();
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
    }

    /** Writes a value through a real client. */
    abstract void write(String key, String value) throws Exception;

    /** Reads it back, durably written or not. */
    abstract String read(String key) throws Exception;

    @Test
    void answersARealClient() throws Exception {
        write("first", "one");

        assertThat(read("first")).isEqualTo("one");
    }

    @Test
    void keepsDataAndPortOverARestart() throws Exception {
        write("second", "two");
        Connection before = connection();

        stack.restart(server);

        assertThat(connection()).isEqualTo(before);
        assertThat(read("second")).isEqualTo("two");
    }

    @Test
    void isSeenToBeGoneWhenKilledAndStartsAgain() throws Exception {
        stack.kill(server);

        assertThat(stack.isRunning(server)).isFalse();

        stack.start(server);
        write("third", "three");
        assertThat(read("third")).isEqualTo("three");
    }

    @Test
    void answersAgainAfterAPause() throws Exception {
        write("fourth", "four");
        stack.pause(server);
        try {
            Awaitility.await().untilAsserted(() -> assertThat(state()).startsWith("T"));
        } finally {
            stack.resume(server);
        }

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(read("fourth")).isEqualTo("four"));
    }

    private String state() throws Exception {
        return java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/" + stack.pid(server) + "/status"))
                .stream()
                .filter(line -> line.startsWith("State:"))
                .map(line -> line.substring("State:".length()).strip())
                .findFirst()
                .orElseThrow();
    }

    private Connection connection() {
        return switch (server) {
            case KAFKA -> stack.kafka();
            case POSTGRES -> stack.postgres();
            case REDIS -> stack.redis();
            case S3 -> stack.s3();
            case MLFLOW -> stack.mlflow();
        };
    }
}

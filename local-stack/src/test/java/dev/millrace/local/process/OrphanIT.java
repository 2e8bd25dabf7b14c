package dev.millrace.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OrphanIT {
    @TempDir
    Path folder;

    /** A JVM that starts a long sleep and writes down its pid. */
    public static final class Parent {
        public static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            var child = Spawner.start(
                    ProcessSpec.of("child", List.of("sleep", "300"), Map.of(), folder.resolve("child.log")));
            Files.writeString(folder.resolve("pid.new"), Long.toString(child.pid()));
            Files.move(folder.resolve("pid.new"), folder.resolve("pid"));
            child.await();
        }
    }

    @Test
    void noProcessOutlivesAKilledParent() throws Exception {
        var command = new JavaCommand(
                System.getProperty("java.class.path"), Parent.class.getName(), List.of(), List.of(folder.toString()));
        Process parent = new ProcessBuilder(command.line())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("parent.log").toFile())
                .start();
        Path pidFile = folder.resolve("pid");
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(pidFile));
        long child = Long.parseLong(Files.readString(pidFile));
        assertThat(ProcessHandle.of(child)).isPresent();

        parent.destroyForcibly().waitFor();

        Awaitility.await().until(() -> ProcessHandle.of(child).isEmpty());
    }
}

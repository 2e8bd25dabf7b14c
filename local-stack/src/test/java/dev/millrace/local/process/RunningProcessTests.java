package dev.millrace.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.home.LocalStackException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunningProcessTests {
    @TempDir
    Path folder;

    @Test
    void givesEnvironmentAndExitCode() {
        RunningProcess process = start("echo $GREETING; exit 3");

        assertThat(process.await()).isEqualTo(3);
        assertThat(process.exitCode()).hasValue(3);
        assertThat(LogTail.lines(process.spec().log(), 5)).containsExactly("hello");
    }

    @Test
    void saysWithTheEndOfItsLogThatItEndedTooEarly() {
        RunningProcess process = start("echo broken; exit 7");

        assertThatThrownBy(() -> process.awaitReady(() -> false, Duration.ofSeconds(30)))
                .isInstanceOf(LocalStackException.class)
                .hasMessageContaining("a-process ended with exit code 7 before it was ready")
                .hasMessageContaining("| broken");
    }

    @Test
    void saysThatItTookTooLong() {
        RunningProcess process = start("sleep 60");

        assertThatThrownBy(() -> process.awaitReady(() -> false, Duration.ofMillis(100)))
                .hasMessageContaining("a-process was not ready after 0 s")
                .hasMessageContaining("Its log is empty");
        process.kill();
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void killsWhatDoesNotStopInGoodOrder() {
        RunningProcess process = start("trap '' TERM; echo up; while true; do sleep 0.1; done", Duration.ofMillis(200));
        process.awaitReady(() -> LogTail.lines(process.spec().log(), 1).contains("up"), Duration.ofSeconds(10));

        process.stop();

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void killsItsChildrenToo() {
        RunningProcess process = start("sleep 60 & sleep 61; true");
        Awaitility.await()
                .until(() -> ProcessHandle.of(process.pid())
                                .orElseThrow()
                                .descendants()
                                .count()
                        == 2);
        List<ProcessHandle> children =
                ProcessHandle.of(process.pid()).orElseThrow().descendants().toList();

        process.kill();

        Awaitility.await().until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        var spec = ProcessSpec.of("nothing", List.of("/no/such/program"), Map.of(), folder.resolve("n.log"));
        RunningProcess process = Spawner.start(spec);

        assertThatThrownBy(() -> process.awaitReady(() -> false, Duration.ofSeconds(20)))
                .hasMessageContaining("nothing ended with exit code")
                .hasMessageContaining("/no/such/program");
    }

    @Test
    void needsACommand() {
        assertThatThrownBy(() -> ProcessSpec.of("empty", List.of(), Map.of(), folder.resolve("n.log")))
                .hasMessage("command of empty is empty: expected at least a program");
    }

    private RunningProcess start(String script) {
        return start(script, Duration.ofSeconds(5));
    }

    private RunningProcess start(String script, Duration grace) {
        return Spawner.start(ProcessSpec.of(
                        "a-process", List.of("sh", "-c", script), Map.of("GREETING", "hello"), folder.resolve("p.log"))
                .stoppedBy(ProcessSpec.StopSignal.TERM, grace));
    }
}

package dev.millrace.local.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.LogTail;
import dev.millrace.local.process.ProcessSpec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SupervisorTests {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final List<List<State.Entry>> told = new ArrayList<>();
    private final Supervisor supervisor =
            new Supervisor(new Progress(new PrintStream(output, true, StandardCharsets.UTF_8)), told::add);

    @TempDir
    Path folder;

    @AfterEach
    void noProcessIsLeft() {
        supervisor.close();
        told.stream()
                .flatMap(List::stream)
                .forEach(entry -> assertThat(ProcessHandle.of(entry.pid())
                                .filter(ProcessHandle::isAlive)
                                .isPresent())
                        .isFalse());
    }

    @Test
    void startsInOrderAndStopsInReverse() {
        supervisor.run(List.of(
                Step.of("First things", stays("one")),
                Step.of("Second things", stays("two")),
                Step.of("Third things", stays("three"))));

        supervisor.close();

        assertThat(output.toString(StandardCharsets.UTF_8))
                .containsSubsequence(
                        "[1/3] First things",
                        "done in",
                        "[2/3] Second things",
                        "[3/3] Third things",
                        "Stopping three",
                        "Stopping two",
                        "Stopping one");
        assertThat(told.getLast()).extracting(State.Entry::name).containsExactly("one", "two", "three");
    }

    @Test
    void whatWasDoneIsNotDoneAgain() throws Exception {
        Path count = folder.resolve("count");
        Work once = new Work.Once("load", folder.resolve("done/load"), () -> script("load", "echo x >> " + count));

        supervisor.run(List.of(Step.of("Load", once), Step.of("Load again", once)));

        assertThat(Files.readAllLines(count)).hasSize(1);
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("load: done before");
    }

    @Test
    void aJobThatFailsIsReportedWithItsLogAndNotMarked() {
        Path marker = folder.resolve("done/train");
        Work once = new Work.Once("train", marker, () -> script("train", "echo no rows; exit 4"));

        assertThatThrownBy(() -> supervisor.run(List.of(Step.of("Train", once))))
                .isInstanceOf(LocalStackException.class)
                .hasMessageContaining("train failed with exit code 4")
                .hasMessageContaining("| no rows")
                .hasMessageContaining(folder.resolve("train.log").toString());
        assertThat(marker).doesNotExist();
    }

    @Test
    void aServiceThatDoesNotStartIsReportedAtOnceThoughAnotherStillStarts() {
        Work broken = starts("broken", "echo cannot bind; exit 1", Duration.ofSeconds(40));
        Work slow = starts("slow", "sleep 50", Duration.ofSeconds(40));

        assertThatThrownBy(() -> supervisor.run(List.of(Step.of("Both", slow, broken))))
                .hasMessageContaining("broken")
                .hasMessageContaining("exit code 1")
                .hasMessageContaining("| cannot bind");
    }

    @Test
    void aServiceThatDiesLaterIsReportedWithItsLog() {
        supervisor.run(List.of(Step.of("Start", stays("steady"), dying("fragile"))));

        assertThatThrownBy(supervisor::watch)
                .hasMessageContaining("fragile died (exit code 9).")
                .hasMessageContaining("| up");
    }

    @Test
    void aServiceThatDiesDuringAnotherStepStopsTheWait() {
        Work never = new Work.Until("never", () -> false, Duration.ofMinutes(5));

        assertThatThrownBy(() -> supervisor.run(List.of(Step.of("Start", dying("fragile")), Step.of("Wait", never))))
                .hasMessageContaining("fragile died");
    }

    @Test
    void waitingHasAnEnd() {
        Work never = new Work.Until("the sky is green", () -> false, Duration.ofMillis(300));

        assertThatThrownBy(() -> supervisor.run(List.of(Step.of("Wait", never))))
                .hasMessageContaining("the sky is green: not so after 0 s");
    }

    @Test
    void closingInTheMiddleLeavesNothingAndStartsNothingMore() {
        Work endless = new Work.Once("endless", folder.resolve("done/x"), () -> script("endless", "echo up; sleep 50"));
        var running = CompletableFuture.runAsync(() -> supervisor.run(
                List.of(Step.of("Start", stays("one")), Step.of("Job", endless), Step.of("Never", stays("late")))));
        Awaitility.await()
                .until(() -> LogTail.lines(folder.resolve("endless.log"), 1).contains("up"));

        supervisor.close();

        assertThatThrownBy(running::join).hasRootCauseInstanceOf(LocalStackException.class);
        assertThat(supervisor.isClosed()).isTrue();
        assertThat(folder.resolve("late.log")).doesNotExist();
        assertThatThrownBy(() -> supervisor.run(List.of(Step.of("More", stays("more")))))
                .hasMessageContaining("more is not started any more");
        supervisor.watch();
    }

    @Test
    void aStepNeedsWork() {
        assertThatThrownBy(() -> Step.of("Nothing")).hasMessage("step \"Nothing\" has no work");
    }

    private Work stays(String name) {
        return starts(name, "echo up; exec sleep 50", Duration.ofSeconds(20));
    }

    private Work dying(String name) {
        return starts(name, "echo up; sleep 0.7; exit 9", Duration.ofSeconds(20));
    }

    private Work starts(String name, String script, Duration patience) {
        return new Work.Start(
                name,
                0,
                () -> script(name, script),
                () -> LogTail.lines(folder.resolve(name + ".log"), 1).contains("up"),
                patience);
    }

    private ProcessSpec script(String name, String script) {
        return ProcessSpec.of(name, List.of("sh", "-c", script), Map.of(), folder.resolve(name + ".log"));
    }
}

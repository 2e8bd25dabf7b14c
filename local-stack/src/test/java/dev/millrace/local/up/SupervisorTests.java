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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SupervisorTests {
    private static final int PORT = 4242;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final List<List<State.Entry>> told = new CopyOnWriteArrayList<>();
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
    void aJobThatFailsIsReportedWithWhatThisRunOfItLogged() throws Exception {
        Files.writeString(folder.resolve("train.log"), "a line of another run\n");
        Work once = new Work.Once("train", folder.resolve("done/train"), () -> script("train", "echo no rows; exit 4"));

        assertThatThrownBy(() -> supervisor.run(List.of(Step.of("Train", once))))
                .hasMessageContaining("| no rows")
                .message()
                .doesNotContain("another run");
    }

    @Test
    void aServiceThatIsKilledLaterIsStartedAgainAndToldOf() {
        supervisor.run(List.of(Step.of("Start", stays("steady"), stays("fragile"))));
        long steady = pid("steady");
        long before = pid("fragile");
        CompletableFuture<Void> watch = CompletableFuture.runAsync(supervisor::watch);

        kill("fragile");

        Awaitility.await().until(() -> printed().contains("fragile is up again"));
        assertThat(printed())
                .containsSubsequence(
                        "fragile died (exit code 137).",
                        folder.resolve("fragile.log").toString(),
                        "| up",
                        "Starting fragile again",
                        "fragile is up again after");
        assertThat(pid("fragile")).isNotEqualTo(before);
        assertThat(told.getLast())
                .containsExactlyInAnyOrder(
                        new State.Entry("steady", steady, PORT), new State.Entry("fragile", pid("fragile"), PORT));
        supervisor.close();
        watch.join();
    }

    @Test
    void aServiceThatDiesAgainAndAgainIsGivenUpWithItsLog() {
        Supervisor supervisor = supervisor(Duration.ofSeconds(1));
        supervisor.run(List.of(Step.of("Start", stays("steady"), dying("fragile"))));

        assertThatThrownBy(supervisor::watch)
                .isInstanceOf(LocalStackException.class)
                .hasMessageContaining("fragile died (exit code 9).")
                .hasMessageContaining("| up")
                .hasMessageContaining("fragile was started again 3 times within 5 minutes, and is given up");
        supervisor.close();
        assertThat(starts("fragile")).isEqualTo(4);
    }

    @Test
    void whatServesNobodyIsGivenUpAlone() {
        Supervisor supervisor = supervisor(Duration.ofSeconds(1));
        var asked = new AtomicInteger();
        Work feed = new Work.Start(
                "feed",
                0,
                () -> script("feed", asked.getAndIncrement() == 0 ? "exec sleep 50" : "echo refused; exit 1"),
                () -> true,
                Duration.ofSeconds(20));
        supervisor.run(List.of(Step.of("Start", stays("steady")), Step.of("Feed", feed)));
        CompletableFuture<Void> watch = CompletableFuture.runAsync(supervisor::watch);
        kill("feed");

        Awaitility.await()
                .until(
                        () -> printed()
                                .contains(
                                        "feed was started again 3 times within 5 minutes, and is given up; everything else goes on"));

        assertThat(supervisor.process("steady").orElseThrow().isAlive()).isTrue();
        assertThat(watch).isNotDone();
        supervisor.close();
        watch.join();
    }

    @Test
    void deathsOfLongAgoDoNotCount() {
        Supervisor supervisor = supervisor(Duration.ofMinutes(4));
        supervisor.run(List.of(Step.of("Start", dying("fragile"))));
        CompletableFuture<Void> watch = CompletableFuture.runAsync(supervisor::watch);

        Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> starts("fragile") > 5);

        supervisor.close();
        watch.join();
    }

    @Test
    void whatCannotBePreparedAgainIsGivenUp() {
        Supervisor supervisor = supervisor(Duration.ofSeconds(1));
        var asked = new AtomicInteger();
        Work once = new Work.Start(
                "fragile",
                PORT,
                () -> {
                    if (asked.getAndIncrement() > 0) {
                        throw new LocalStackException("fragile is not built");
                    }
                    return script("fragile", "exec sleep 50");
                },
                () -> true,
                Duration.ofSeconds(20));
        supervisor.run(List.of(Step.of("Start", once)));
        kill("fragile");

        assertThatThrownBy(supervisor::watch)
                .hasMessageContaining("fragile cannot be started: fragile is not built")
                .hasMessageContaining("and is given up");
        supervisor.close();
    }

    @Test
    void whatWasStartedLaterWaitsForWhatItMayNeed() {
        var serverIsReady = new AtomicBoolean(true);
        List<String> starts = Collections.synchronizedList(new ArrayList<>());
        Work server = new Work.Start(
                "server",
                PORT,
                () -> {
                    starts.add("server");
                    return script("server", "exec sleep 50");
                },
                serverIsReady::get,
                Duration.ofHours(1));
        Work client = new Work.Start(
                "client",
                0,
                () -> {
                    starts.add("client, server is ready: " + serverIsReady);
                    return script("client", "exec sleep 50");
                },
                () -> true,
                Duration.ofHours(1));
        supervisor.run(List.of(Step.of("Server", server), Step.of("Client", client)));
        serverIsReady.set(false);
        kill("client");
        kill("server");
        CompletableFuture<Void> watch = CompletableFuture.runAsync(supervisor::watch);
        Awaitility.await().until(() -> starts.size() == 3);

        serverIsReady.set(true);

        Awaitility.await().until(() -> printed().contains("client is up again"));
        assertThat(starts)
                .containsExactly("server", "client, server is ready: true", "server", "client, server is ready: true");
        supervisor.close();
        watch.join();
    }

    @Test
    void closingWhileOneIsBroughtBackStartsNothingMore() throws Exception {
        var again = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        var asked = new AtomicInteger();
        Work slow = new Work.Start(
                "slow",
                0,
                () -> {
                    if (asked.getAndIncrement() > 0) {
                        again.countDown();
                        await(closed);
                    }
                    return script("slow", "exec sleep 50");
                },
                () -> true,
                Duration.ofSeconds(20));
        supervisor.run(List.of(Step.of("Start", slow)));
        kill("slow");
        CompletableFuture<Void> watch = CompletableFuture.runAsync(supervisor::watch);
        again.await();

        supervisor.close();
        closed.countDown();

        watch.join();
        assertThat(starts("slow")).isEqualTo(1);
    }

    @Test
    void whatADeadProcessLeftBehindIsEndedToo() throws Exception {
        Path child = folder.resolve("child");
        supervisor.run(List.of(Step.of(
                "Start",
                starts("parent", "sleep 50 & echo $! > %s; echo up; wait".formatted(child), Duration.ofSeconds(20)))));
        long left = Long.parseLong(Files.readString(child).strip());
        kill("parent");
        CompletableFuture<Void> watch = CompletableFuture.runAsync(supervisor::watch);

        Awaitility.await()
                .until(() ->
                        ProcessHandle.of(left).filter(ProcessHandle::isAlive).isEmpty());

        supervisor.close();
        watch.join();
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

    /** With a clock that goes on by {@code step} at each look. */
    private Supervisor supervisor(Duration step) {
        return new Supervisor(
                new Progress(new PrintStream(output, true, StandardCharsets.UTF_8)),
                told::add,
                new SteppingClock(step));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private String printed() {
        return output.toString(StandardCharsets.UTF_8);
    }

    /** Of the newest process of that name. */
    private long pid(String name) {
        return told.getLast().stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow()
                .pid();
    }

    private void kill(String name) {
        ProcessHandle process = ProcessHandle.of(pid(name)).orElseThrow();
        process.destroyForcibly();
        process.onExit().join();
    }

    private long starts(String name) {
        return told.stream()
                .flatMap(List::stream)
                .filter(entry -> entry.name().equals(name))
                .map(State.Entry::pid)
                .distinct()
                .count();
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
                PORT,
                () -> script(name, script),
                () -> LogTail.lines(folder.resolve(name + ".log"), 1).contains("up"),
                patience);
    }

    private ProcessSpec script(String name, String script) {
        return ProcessSpec.of(name, List.of("sh", "-c", script), Map.of(), folder.resolve(name + ".log"));
    }
}

package dev.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.home.Folders;
import dev.millrace.local.up.LastEnd;
import dev.millrace.local.up.State;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MillraceTests {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();
    private final StringWriter usage = new StringWriter();
    private PrintStream before;

    @TempDir
    Path home;

    @BeforeEach
    void aHomeOfItsOwn() {
        System.setProperty("millrace.home", home.toString());
        before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void asItWas() {
        System.clearProperty("millrace.home");
        System.setOut(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "down", "status", "doctor", "backfill", "bench", "key", "prepare"})
    void everySubcommandHasHelp(String name) {
        assertThat(run(name, "--help")).isZero();
        assertThat(usage.toString()).startsWith("Usage: millrace " + name).contains("-h, --help");
    }

    @Test
    void theCommandHasHelpAndRefusesWhatItDoesNotKnow() {
        assertThat(run("--help")).isZero();
        assertThat(usage.toString()).contains("up", "down", "status", "doctor", "replay", "./millrace test");
        assertThat(run("dance")).isEqualTo(2);
        assertThat(err.toString()).contains("dance");
    }

    @Test
    void statusAndDownSayThatNothingRuns() {
        assertThat(run("status")).isEqualTo(3);
        assertThat(run("down")).isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("Millrace is not running: ./millrace up starts it.", "Millrace is not running.");
    }

    @Test
    void purgeDeletesDataAndLogs() throws Exception {
        Files.createDirectories(home.resolve("data/kafka"));
        Files.writeString(home.resolve("data/kafka/file"), "x");

        assertThat(run("down", "--purge")).isZero();

        assertThat(home.resolve("data")).doesNotExist();
    }

    @Test
    void statusShowsEachProcessAndTheTotal() {
        long self = ProcessHandle.current().pid();
        State.of(
                        "weather",
                        State.Phase.READY,
                        List.of(
                                new State.Entry("feature-stream", self, 1),
                                new State.Entry("traffic", self, 0),
                                new State.Entry("gone", Integer.MAX_VALUE, 1)))
                .write(Folders.standard());

        assertThat(run("status")).isEqualTo(1);

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("Use case weather, not well: feature-stream (no answer), gone (dead)")
                .doesNotContain("ready")
                .containsPattern("feature-stream +" + self + " +1 +no answer +\\d+")
                .containsPattern("traffic +" + self + " +ok +\\d+")
                .containsPattern("gone +2147483647 +1 +dead +0")
                .containsPattern("total +-?\\d+");
    }

    @Test
    void statusIsReadyWhenAllIsWellAndStartingWhileSomethingDoesNotAnswerYet() {
        long self = ProcessHandle.current().pid();
        State.of("weather", State.Phase.READY, List.of(new State.Entry("traffic", self, 0)))
                .write(Folders.standard());
        assertThat(run("status")).isZero();
        State.of("weather", State.Phase.STARTING, List.of(new State.Entry("feature-stream", self, 1)))
                .write(Folders.standard());
        assertThat(run("status")).isZero();

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("Use case weather, ready", "Use case weather, starting");
    }

    @Test
    void statusSaysWhyItEndedUntilItIsTakenDown() {
        LastEnd.write(Folders.standard(), Instant.EPOCH, "kafka died (exit code 137).");
        assertThat(run("status")).isEqualTo(3);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains(
                        "Millrace is not running: ./millrace up starts it.",
                        "It ended by itself at 1970-01-01T00:00:00Z: kafka died (exit code 137).");

        printed.reset();
        run("down");
        run("status");
        assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("ended");
    }

    @Test
    void statusSaysThatTheSupervisorWasKilled() {
        new State(Integer.MAX_VALUE, 5, "weather", State.Phase.READY, List.of()).write(Folders.standard());

        assertThat(run("status")).isEqualTo(3);

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("Its supervisor (pid 2147483647) was killed, or the machine was")
                .contains(home.resolve("logs/up.log").toString());
    }

    @Test
    void aKeyThatWouldBeUselessIsRefused() {
        assertThat(run(
                        "key",
                        "shop",
                        "--roles",
                        "scorer",
                        "--use-cases",
                        "*,tides",
                        "--expires",
                        "2020-01-31T00:00:00Z"))
                .isEqualTo(1);

        assertThat(err.toString())
                .startsWith("millrace: --use-cases names [tides]: expected * for all, or some of [")
                .contains("; --expires 2020-01-31T00:00:00Z has passed: expected a time after 2")
                .hasLineCount(1);
    }

    @Test
    void aSecondUpIsRefused() {
        State.of("weather", State.Phase.READY, List.of()).write(Folders.standard());

        assertThat(run("up", "--use-case", "weather")).isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "Millrace is up already (pid " + ProcessHandle.current().pid() + ")")
                .contains("./millrace down stops it");
    }

    @Test
    void doctorLooksAtSoftwareWhenRunningAndAtPortsWhenNot() {
        run("doctor");
        State.of("weather", State.Phase.READY, List.of()).write(Folders.standard());
        run("doctor");

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("JDK " + Runtime.version().feature(), "kafka-controller", "its ports were not looked at");
    }

    @Test
    void programsNeedAPlatformThatIsUp() throws Exception {
        Path file = Files.writeString(home.resolve("events.csv"), "x");

        for (List<String> command : List.of(
                List.of("replay", file.toString(), "--speed", "10"),
                List.of("traffic"),
                List.of("train", "--model", "rain"),
                List.of("promote", "--model", "rain", "--version", "1"),
                List.of("backfill"))) {
            assertThat(run(command.toArray(String[]::new))).isEqualTo(1);
        }
        assertThat(err.toString()).contains("Millrace is not running: ./millrace up --detach starts it");
    }

    @Test
    void aPortThatIsNonsenseAndAUseCaseThatIsNotThereAreRefusedBeforeAnythingStarts() {
        assertThat(run("up", "--use-case", "tides")).isEqualTo(1);
        assertThat(err.toString()).containsAnyOf("No use case is named \"tides\"", "cannot start yet");
    }

    private int run(String... arguments) {
        return Millrace.commandLine()
                .setErr(new PrintWriter(err, true))
                .setOut(new PrintWriter(usage, true))
                .execute(arguments);
    }
}

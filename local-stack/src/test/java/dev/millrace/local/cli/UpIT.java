package dev.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.home.Folders;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.Network;
import dev.millrace.local.up.Ports;
import dev.millrace.local.up.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user runs it, with real servers and with small programs in place of our own services. */
@Timeout(300)
class UpIT {
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path root;

    private Folders folders;

    /** What a run of the command gave. */
    private record Run(int code, String output) {}

    @BeforeEach
    void aRepositoryThatIsBuilt() throws IOException {
        Folders real = Folders.standard();
        folders = new Folders(root, root.resolve("home"), real.tools());
        Files.createDirectories(folders.home());
        Files.createDirectories(real.tools());
        Files.createSymbolicLink(folders.home().resolve("tools"), real.tools());
        Files.createSymbolicLink(root.resolve("local-stack"), real.root().resolve("local-stack"));
        for (String module : List.of("ingestion-service", "feature-stream", "prediction-api", "training-job")) {
            Path target = Files.createDirectories(root.resolve(module).resolve("target"));
            Files.writeString(target.resolve("classpath.txt"), System.getProperty("java.class.path"));
        }
        Path models = Files.createDirectories(root.resolve("use-cases/weather/models"));
        Files.writeString(models.resolve("rain.yaml"), "");
        Files.writeString(models.resolveSibling("generator.yaml"), "");
        Files.writeString(
                models.resolveSibling("example.json"), "{\"path\": \"/predict\", \"body\": {\"cloud\": 0.5}}");
        environment.put("MILLRACE_HOME", folders.home().toString());
        Ports.from(Map.of())
                .byName()
                .keySet()
                .forEach(name -> environment.put(Ports.variable(name), Integer.toString(Network.freePort())));
    }

    @AfterEach
    void down() throws Exception {
        millrace("down");
    }

    @Test
    void comesUpOnceIsUsedAndGoesDownWithoutATrace() throws Exception {
        Run up = millrace("up", "--use-case", "weather", "--detach");

        assertThat(up.output())
                .containsSubsequence(
                        "[1/7] Starting the servers",
                        "[7/7] Starting live traffic",
                        "Millrace is up after",
                        "curl -s http://127.0.0.1:" + port("prediction-api") + "/predict",
                        "{\"rain\":1}",
                        "./millrace status shows what runs; ./millrace down stops it.")
                .doesNotContain("Ctrl-C");
        assertThat(up.code()).isZero();
        State state = State.running(folders).orElseThrow();
        assertThat(state.processes()).hasSize(9);

        assertThat(millrace("status").output()).contains("kafka", "prediction-api", "ok", "total");
        assertThat(millrace("doctor").output()).contains("its ports were not looked at");
        assertThat(millrace("up", "--use-case", "weather").output()).contains("Millrace is up already");
        assertThat(millrace("train", "--model", "rain").output().strip())
                .endsWith("train --use-case weather --model rain");
        Path file = Files.writeString(root.resolve("events.csv"), "x");
        assertThat(millrace("replay", file.toString(), "--speed", "10").output().strip())
                .endsWith("replay " + file + " --speed 10");

        assertThat(millrace("down").output()).contains("Stopping 9 processes", "Millrace is down.");
        assertNothingIsLeftOf(state);

        assertThat(millrace("up", "--use-case", "weather", "--detach", "--no-traffic")
                        .output())
                .contains("history: done before", "train rain: done before", "Millrace is up after");
        State again = State.running(folders).orElseThrow();
        ProcessHandle.of(again.supervisor()).orElseThrow().destroyForcibly();
        assertNothingIsLeftOf(again);
        assertThat(millrace("down", "--purge").code()).isZero();
        assertThat(folders.home().resolve("data")).doesNotExist();
    }

    @Test
    void whatIsKilledComesBackUntilItCannot() throws Exception {
        assertThat(millrace("up", "--use-case", "weather", "--detach").code()).isZero();
        State before = State.running(folders).orElseThrow();

        for (State.Entry entry : before.processes()) {
            ProcessHandle.of(entry.pid()).orElseThrow().destroyForcibly();
        }

        Path log = folders.log("up");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> before.processes().stream()
                        .allMatch(entry -> read(log).contains(entry.name() + " is up again")));
        State after = State.running(folders).orElseThrow();
        assertThat(after.processes())
                .extracting(State.Entry::name)
                .containsExactlyElementsOf(
                        before.processes().stream().map(State.Entry::name).toList());
        assertThat(after.processes()).doesNotContainAnyElementsOf(before.processes());
        Run status = millrace("status");
        assertThat(status.output()).contains("Use case weather, ready");
        assertThat(status.code()).isZero();

        Files.writeString(root.resolve("feature-stream/target/classpath.txt"), "/nothing.jar");
        ProcessHandle.of(pid(after, "feature-stream")).orElseThrow().destroyForcibly();

        Awaitility.await().atMost(PATIENCE).until(() -> State.running(folders).isEmpty());
        assertNothingIsLeftOf(after);
        assertThat(millrace("status").output())
                .contains("Millrace is not running", "It ended by itself at", "feature-stream died (exit code 1)")
                .contains("feature-stream was started again 3 times within 5 minutes", "Its log: " + log);
        assertThat(millrace("up", "--use-case", "weather", "--detach").code()).isEqualTo(1);
        assertThat(read(folders.log("up.previous"))).contains("feature-stream was started again 3 times");
    }

    @Test
    void aSignalInTheMiddleLeavesNothing() throws Exception {
        Process up = start("up", "--use-case", "weather", "--detach");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> State.running(folders)
                        .filter(state -> state.processes().size() >= 3)
                        .isPresent());
        State state = State.running(folders).orElseThrow();

        up.destroy();
        up.waitFor();

        assertNothingIsLeftOf(state);
        assertThat(State.running(folders)).isEmpty();
    }

    @Test
    void aPortInUseIsSaidAtOnce() throws Exception {
        try (var taken = new ServerSocket(Integer.parseInt(port("redis")), 1, InetAddress.getLoopbackAddress())) {
            Run up = millrace("up", "--use-case", "weather", "--detach");

            assertThat(up.code()).isEqualTo(1);
            assertThat(up.output())
                    .contains(
                            "cannot start yet:",
                            "port " + taken.getLocalPort() + ", where redis is to listen, is in use");
        }
    }

    @Test
    void aServiceThatDoesNotStartTakesEverythingDownAndIsReported() throws Exception {
        Files.writeString(root.resolve("ingestion-service/target/classpath.txt"), "/nothing.jar");

        Run up = millrace("up", "--use-case", "weather");

        assertThat(up.code()).isEqualTo(1);
        assertThat(up.output()).contains("ingestion-service", "exit code 1", "IngestionService", "Stopping kafka");
        assertThat(State.running(folders)).isEmpty();
    }

    private static long pid(State state, String name) {
        return state.processes().stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow()
                .pid();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String port(String name) {
        return environment.get(Ports.variable(name));
    }

    private static void assertNothingIsLeftOf(State state) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(state.processes())
                        .noneMatch(entry -> ProcessHandle.of(entry.pid())
                                .filter(ProcessHandle::isAlive)
                                .isPresent()));
    }

    private Run millrace(String... arguments) throws Exception {
        Process process = start(arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private Process start(String... arguments) throws IOException {
        // With the agent that counts covered lines, if this JVM has it.
        var flags = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-javaagent"))
                .toList());
        flags.add("-Dmillrace.root=" + root);
        var command = new JavaCommand(
                System.getProperty("java.class.path"), Millrace.class.getName(), flags, List.of(arguments));
        var builder = new ProcessBuilder(command.line()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }
}

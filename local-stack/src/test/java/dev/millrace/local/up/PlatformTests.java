package dev.millrace.local.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.up.Platform.Traffic;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PlatformTests {
    @TempDir
    Path folder;

    private Folders folders;

    @BeforeEach
    void aRepositoryThatIsBuilt() throws Exception {
        folders = new Folders(folder, folder.resolve("home"), folder.resolve("tools"));
        for (String module : List.of("ingestion-service", "feature-stream", "prediction-api", "training-job")) {
            Files.createDirectories(folder.resolve(module).resolve("target"));
            Files.writeString(
                    folder.resolve(module).resolve("target/classpath.txt"), "/libraries/" + module + ".jar\n");
        }
        Path useCase = Files.createDirectories(folder.resolve("use-cases/weather"));
        Files.createDirectories(useCase.resolve("target/classes"));
        Files.createDirectories(useCase.resolve("models"));
        Files.writeString(useCase.resolve("models/rain.yaml"), "");
        Files.writeString(useCase.resolve("models/notes.txt"), "");
        Files.writeString(useCase.resolve("generator.yaml"), "");
        Files.writeString(
                useCase.resolve("example.json"), "{\"path\": \"/predict\", \"body\": {\"town\": \"L'Aquila\"}}");
    }

    @Test
    void otherCommandsFindWhatListensOnMovedPorts() {
        State state = State.of(
                "weather",
                State.Phase.READY,
                List.of(new State.Entry("kafka", 1, 19_092), new State.Entry("traffic", 2, 0)));

        Ports ports = state.ports(Ports.from(Map.of()));

        assertThat(ports.of("kafka")).isEqualTo(19_092);
        assertThat(ports.of("ingestion-service")).isEqualTo(8001);
        assertThat(ports.byName()).doesNotContainKey("traffic");
    }

    @Test
    void withoutAGeneratorThereIsNothingToTrainOn() throws Exception {
        Files.delete(folder.resolve("use-cases/weather/generator.yaml"));
        assertThat(platform().steps(List.of("rain"), Traffic.LIVE))
                .extracting(Step::title)
                .isEqualTo(platform().serving().stream().map(Step::title).toList());
    }

    @Test
    void goesUpInOrder() {
        List<Step> steps = platform().steps(List.of("rain"), Traffic.LIVE);

        assertThat(steps)
                .extracting(Step::title)
                .containsExactly(
                        "Starting the servers: Kafka, PostgreSQL, Redis, S3",
                        "Starting MLflow, the ingestion service, the feature stream and the prediction API",
                        "Loading 75 days of history, 1,000 events a day",
                        "Waiting until the stream has folded it",
                        "Training and promoting: rain",
                        "Waiting until the prediction API serves it",
                        "Starting live traffic");
        assertThat(platform().steps(List.of("rain"), Traffic.NONE)).hasSize(6);
        assertThat(steps.get(0).works()).extracting(Work::name).containsExactly("kafka", "postgres", "redis", "s3");
        assertThat(steps.get(1).works())
                .extracting(Work::name)
                .containsExactly("mlflow", "ingestion-service", "feature-stream", "prediction-api");
    }

    @Test
    void servicesGetWhatTheyNeedAndNoMore() {
        List<Step> steps = platform().steps(List.of("rain"), Traffic.LIVE);
        ProcessSpec ingestion = process(steps.get(1).works().get(1));
        ProcessSpec prediction = process(steps.get(1).works().get(3));
        ProcessSpec history = process(steps.get(2).works().get(0));
        ProcessSpec training = process(steps.get(4).works().get(0));

        assertThat(ingestion.command())
                .contains("dev.millrace.ingestion.IngestionService")
                .anyMatch(part ->
                        part.startsWith(folder + "/ingestion-service/target/classes:/libraries/ingestion-service.jar:")
                                && part.endsWith("/use-cases/weather/target/classes"))
                .contains("--enable-native-access=ALL-UNNAMED");
        assertThat(ingestion.environment())
                .containsEntry("SERVER_PORT", "8001")
                .containsEntry("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")
                .containsEntry("MILLRACE_USE_CASE", "weather")
                .containsKeys("MILLRACE_MASKING_KEY", "POSTGRES_PASSWORD", "AWS_SECRET_ACCESS_KEY");
        assertThat(prediction.environment())
                .containsEntry("SERVER_PORT", "8000")
                .containsEntry("MILLRACE_MASKING_KEY", ingestion.environment().get("MILLRACE_MASKING_KEY"));
        assertThat(history.command())
                .containsSubsequence("dev.millrace.ingestion.feed.Feed", "history", "--days", "75", "--per-day", "1000")
                .anyMatch(part -> part.endsWith("/use-cases/weather/target/classes"));
        assertThat(training.command())
                .containsSubsequence(
                        "dev.millrace.training.TrainingJob",
                        "train",
                        "--use-case",
                        "weather",
                        "--model",
                        "rain",
                        "--promote");
    }

    @Test
    void passwordsStayWithTheData() {
        assertThat(platform().environment()).isEqualTo(platform().environment());
    }

    @Test
    void aModuleThatIsNotBuiltIsNamed() {
        assertThatThrownBy(() -> new Modules(folders).classPath("nothing"))
                .isInstanceOf(LocalStackException.class)
                .hasMessageContaining("nothing is not built");
    }

    @Test
    void knowsUseCasesAndTheirModels() {
        var modules = new Modules(folders);

        assertThat(modules.models("weather")).containsExactly("rain");
        assertThatThrownBy(() -> modules.useCase("tides"))
                .hasMessageContaining("No use case is named \"tides\": expected one of [weather]");
        assertThatThrownBy(() -> modules.useCase("")).hasMessageContaining("expected one of [weather]");
    }

    @Test
    void theExampleIsReadyToPaste() throws Exception {
        Example example = Example.in(folder.resolve("use-cases/weather")).orElseThrow();

        assertThat(example.curl("http://127.0.0.1:8000"))
                .isEqualTo("curl -s http://127.0.0.1:8000/predict -H 'Content-Type: application/json'"
                        + " -d '{\"town\":\"L'\\''Aquila\"}'");
        Files.writeString(folder.resolve("use-cases/weather/example.json"), "{}");
        assertThatThrownBy(() -> Example.in(folder.resolve("use-cases/weather")))
                .hasMessageContaining("expected {\"path\": \"/…\", \"body\": {…}}, came {}");
        Files.writeString(folder.resolve("use-cases/weather/example.json"), "{");
        assertThatThrownBy(() -> Example.in(folder.resolve("use-cases/weather")))
                .hasMessageContaining("Cannot read the example request");
        assertThat(Example.in(folder)).isEmpty();
    }

    @Test
    void theExampleIsSentAndAnsweredAndTheStreamIsSeenToBeIdle() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            byte[] body = (path.equals("/metrics")
                            ? "kafka_consumer_lag{partition=\"0\"} 0.0\nlake_lag 0.0\n"
                            : "{\"score\":1}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(path.equals("/broken") ? 500 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            assertThat(new Example("/predict", "{}").send(url)).contains("{\"score\":1}");
            assertThatThrownBy(() -> new Example("/broken", "{}").send(url))
                    .hasMessageContaining("/broken answered 500, expected 200: {\"score\":1}");

            var idle = new StreamIdle(url + "/metrics");
            assertThat(idle.holds()).as("at the first look").isFalse();
            Awaitility.await().until(idle::holds);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void lagIsReadFromTheMetrics() {
        assertThat(StreamIdle.isIdle("# HELP x\n")).isFalse();
        assertThat(StreamIdle.isIdle("kafka_consumer_lag{p=\"0\"} 0.0\nkafka_consumer_lag{p=\"1\"} 3.0\n"))
                .isFalse();
        String read = "kafka_consumer_lag{p=\"0\"} 0.0\nother 3.0\n";
        assertThat(StreamIdle.isIdle(read)).isFalse();
        assertThat(StreamIdle.isIdle(read + "lake_lag{table=\"a\"} 0.0\nlake_lag{table=\"b\"} 2.0\n"))
                .isFalse();
        assertThat(StreamIdle.isIdle(read + "lake_lag{table=\"a\"} 0.0\nlake_lag{table=\"b\"} 0.0\n"))
                .isTrue();
        assertThat(new StreamIdle("http://127.0.0.1:1/metrics").holds()).isFalse();
    }

    @Test
    void theStateIsOfALivingSupervisorOnly() {
        State.of("weather", State.Phase.READY, List.of(new State.Entry("a", 1, 2)))
                .write(folders);
        assertThat(State.running(folders)).hasValueSatisfying(state -> {
            assertThat(state.useCase()).isEqualTo("weather");
            assertThat(state.processes()).containsExactly(new State.Entry("a", 1, 2));
        });

        new State(ProcessHandle.current().pid(), 5, "weather", State.Phase.READY, List.of()).write(folders);
        assertThat(State.running(folders)).isEmpty();

        State.clear(folders);
        assertThat(State.running(folders)).isEmpty();
    }

    @Test
    void memoryOfThisProcessIsKnown() {
        assertThat(Memory.bytes(ProcessHandle.current().pid())).isGreaterThan(10L << 20);
        assertThat(Memory.bytes(Integer.MAX_VALUE)).isZero();
    }

    private Platform platform() {
        return Platform.of(folders, Ports.from(Map.of()), "weather");
    }

    private static ProcessSpec process(Work work) {
        return switch (work) {
            case Work.Start start -> start.process().get();
            case Work.Once once -> once.process().get();
            case Work.Until until -> throw new AssertionError(until.name() + " has no process");
        };
    }
}

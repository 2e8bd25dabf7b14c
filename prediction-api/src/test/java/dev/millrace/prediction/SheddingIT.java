package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.local.LocalStack;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.process.Network;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.schema.event.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** More requests than can be worked on: those beyond are told to come back, and all others are answered. */
@Timeout(120)
class SheddingIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration SOME_TIME = Duration.ofSeconds(1);
    private static final String BODY = "{\"sender\":\"ann\",\"depot\":1,\"price\":7,\"grams\":8}";

    @TempDir
    private static Path cache;

    private static LocalStack stack;

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.own(Server.REDIS, Server.KAFKA);
        TestTopics.create(stack.kafka().bootstrapServers(), Topics.PREDICTIONS);
        TestCache.keep(cache, Parcels.MODEL, "3", TestPackages.of(Parcels.MODEL, 1));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    private static ConfigurableApplicationContext run(String... more) {
        return new SpringApplicationBuilder(PredictionApi.class)
                .run(Stream.concat(
                                Stream.of(
                                        "--SERVER_PORT=0",
                                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                                        "--MILLRACE_USE_CASE=parcels",
                                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                                        "--POSTGRES_URL=jdbc:postgresql://127.0.0.1:1/none",
                                        "--REDIS_URL=" + stack.redis().url(),
                                        "--KAFKA_BOOTSTRAP_SERVERS="
                                                + stack.kafka().bootstrapServers(),
                                        "--MILLRACE_MODEL_CACHE=" + cache),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    private static URI score(ConfigurableApplicationContext service) {
        return URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port") + "/score");
    }

    private static HttpResponse<String> post(URI url) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(url)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(BODY))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void whatIsMoreThanCanBeWorkedOnIsTurnedAway() throws Exception {
        turnsAway("--MILLRACE_CONCURRENT_REQUESTS=1");
    }

    /** As it is by default: there are fewer threads than requests may be worked on. */
    @Test
    void whatWaitsForAThreadCountsAsWell() throws Exception {
        turnsAway("--MILLRACE_CONCURRENT_REQUESTS=12", "--server.tomcat.threads.max=4");
    }

    private static void turnsAway(String... settings) throws Exception {
        try (ConfigurableApplicationContext narrow = run(settings);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            URI url = score(narrow);
            HttpCall call = HttpCall.post(url, Map.of(), BODY);
            double before = turnedAway(narrow);
            Future<LoadResult> load = threads.submit(() -> new HttpLoad(url, 32).closed(SOME_TIME, i -> call));
            int others = 0;
            HttpResponse<String> refused = null;
            while (!load.isDone()) {
                HttpResponse<String> answer = post(url);
                if (answer.statusCode() == 503) {
                    refused = answer;
                    others++;
                }
            }
            LoadResult result = load.get();
            assertThat(result.broken()).isZero();
            assertThat(result.statuses().keySet()).containsExactlyInAnyOrder(200, 503);
            assertThat(refused).isNotNull();
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(refused.body()).contains("\"code\":\"overloaded\"");
            assertThat(turnedAway(narrow) - before).isEqualTo(result.statuses().get(503) + others);
        }
    }

    private static double turnedAway(ConfigurableApplicationContext service) {
        return service.getBean(MeterRegistry.class)
                .get("requests_turned_away_total")
                .tag("kind", "scoring")
                .counter()
                .count();
    }

    /** Twice as many as there are threads: who is not slow is answered while the others are waited for. */
    @Test
    void slowCallersLeaveThreadsToOthers() throws Exception {
        try (ConfigurableApplicationContext narrow =
                run("--server.tomcat.threads.max=4", "--millrace.bodies-awaited=3", "--millrace.body-deadline=10m")) {
            URI url = score(narrow);
            HttpCall call = HttpCall.post(url, Map.of(), BODY);
            List<Socket> slow = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    Socket socket = new Socket(url.getHost(), url.getPort());
                    slow.add(socket);
                    socket.setSoTimeout(10_000);
                    socket.getOutputStream().write(call.bytes(), 0, call.bytes().length - 1);
                }
                await().untilAsserted(() -> assertThat(answered(slow)).hasSize(8 - 3));
                for (Socket refused : answered(slow)) {
                    assertThat(new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                            .startsWith("HTTP/1.1 408")
                            .contains("\"code\":\"slow-body\"");
                }
                assertThat(Network.status(url.resolve("/health/liveness").toString()))
                        .isEqualTo(200);
                LoadResult others = new HttpLoad(url, 4).closed(SOME_TIME, i -> call);
                assertThat(others.broken()).isZero();
                assertThat(others.statuses()).containsOnlyKeys(200);
            } finally {
                for (Socket socket : slow) {
                    socket.close();
                }
            }
        }
    }

    /** Five times as many as there are threads. */
    @Test
    void aThousandConnectionsAreAllAnswered() throws Exception {
        try (ConfigurableApplicationContext wide = run()) {
            URI url = score(wide);
            HttpCall call = HttpCall.post(url, Map.of(), BODY);
            LoadResult result = new HttpLoad(url, 1_000).closed(SOME_TIME.multipliedBy(3), i -> call);
            assertThat(result.statuses()).containsOnlyKeys(200);
            assertThat(result.broken()).isZero();
        }
    }

    private static List<Socket> answered(List<Socket> sockets) throws IOException {
        List<Socket> answered = new ArrayList<>();
        for (Socket socket : sockets) {
            if (socket.getInputStream().available() > 0) {
                answered.add(socket);
            }
        }
        return answered;
    }

    /**
     * The last byte of a request that is worked on comes when everybody else has been turned away, whether or not there is another
     * thread that could have taken one.
     */
    @ParameterizedTest
    @ValueSource(ints = {200, 1})
    void whoIsTurnedAwayNeedNotWaitForWhoIsNot(int allThreads) throws Exception {
        try (ConfigurableApplicationContext narrow = run(
                "--MILLRACE_CONCURRENT_REQUESTS=1",
                "--server.tomcat.threads.max=" + allThreads,
                "--millrace.body-deadline=1m")) {
            URI url = score(narrow);
            HttpCall call = HttpCall.post(url, Map.of(), BODY);
            int last = call.bytes().length - 1;
            try (Socket slow = new Socket(url.getHost(), url.getPort())) {
                slow.getOutputStream().write(call.bytes(), 0, last);
                await().until(() -> post(url).statusCode() == 503);
                HttpLoad load = new HttpLoad(url, 16);
                load.open(1_000, SOME_TIME, i -> call);
                LoadResult result = load.open(1_000, SOME_TIME.multipliedBy(2), i -> call);
                System.out.printf(
                        "%d turned away: p50 %.2f ms, p99 %.2f ms%n",
                        result.latency().getTotalCount(), result.millis(50), result.millis(99));
                assertThat(result.broken()).isZero();
                assertThat(result.statuses()).containsOnlyKeys(503);
                assertThat(Network.status(url.resolve("/health/liveness").toString()))
                        .as("what is no request for a score is answered")
                        .isEqualTo(200);
                slow.getOutputStream().write(call.bytes(), last, 1);
                String answer = new String(slow.getInputStream().readNBytes(15), StandardCharsets.US_ASCII);
                assertThat(answer).startsWith("HTTP/1.1 200");
            }
            // It leaves when its answer has left.
            await().until(() -> post(url).statusCode() == 200);
        }
    }
}

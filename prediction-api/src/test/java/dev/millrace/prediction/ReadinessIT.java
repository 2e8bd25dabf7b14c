package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.prediction.grpc.GrpcServer;
import dev.millrace.prediction.model.TestCache;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.millrace.prediction.protocol.ModelReadyRequest;
import dev.millrace.prediction.protocol.ServerLiveRequest;
import dev.millrace.prediction.protocol.ServerReadyRequest;
import dev.millrace.prediction.web.Drain;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;

/** However it is asked, the service says the same of whether callers are to be sent to it. */
@Timeout(120)
class ReadinessIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Map<String, Boolean> NOT_READY = answers(false);
    private static final Map<String, Boolean> READY = answers(true);

    @TempDir
    private static Path models;

    @BeforeAll
    static void keep() throws Exception {
        TestCache.keep(models, Parcels.MODEL, "3", TestPackages.of(Parcels.MODEL, 1));
    }

    private static Map<String, Boolean> answers(boolean ready) {
        return Map.of(
                "/health/liveness", true,
                "/v2/health/live", true,
                "ServerLive", true,
                "/health/readiness", ready,
                "/v2/health/ready", ready,
                "/v2/models/late/ready", ready,
                "ServerReady", ready,
                "ModelReady", ready);
    }

    /** Every server is away: a model of the cache is ready all the same. */
    private static ConfigurableApplicationContext run(ApplicationListener<?>... listeners) {
        return new SpringApplicationBuilder(PredictionApi.class)
                .listeners(listeners)
                .run(
                        "--SERVER_PORT=0",
                        "--MILLRACE_GRPC_PORT=0",
                        "--MILLRACE_USE_CASES=" + Parcels.USE_CASES,
                        "--MILLRACE_USE_CASE=parcels",
                        "--MLFLOW_TRACKING_URI=http://127.0.0.1:1",
                        "--REDIS_URL=redis://127.0.0.1:1",
                        "--KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1",
                        "--POSTGRES_URL=jdbc:postgresql://127.0.0.1:1/millrace",
                        "--MILLRACE_MODEL_CACHE=" + models);
    }

    private static Map<String, Boolean> asked(ApplicationContext service, int port) {
        Map<String, Boolean> answers = new LinkedHashMap<>();
        for (String path : List.of(
                "/health/liveness",
                "/v2/health/live",
                "/health/readiness",
                "/v2/health/ready",
                "/v2/models/late/ready")) {
            answers.put(path, isOk(URI.create("http://127.0.0.1:" + port + path)));
        }
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        "127.0.0.1", service.getBean(GrpcServer.class).port(), InsecureChannelCredentials.create())
                .build();
        try {
            GRPCInferenceServiceBlockingStub grpc = GRPCInferenceServiceGrpc.newBlockingStub(channel);
            answers.put(
                    "ServerLive",
                    grpc.serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
            answers.put(
                    "ServerReady",
                    grpc.serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
            ModelReadyRequest late =
                    ModelReadyRequest.newBuilder().setName("late").build();
            answers.put("ModelReady", grpc.modelReady(late).getReady());
        } finally {
            channel.shutdownNow();
        }
        return answers;
    }

    private static boolean isOk(URI uri) {
        try {
            int status = HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                    .statusCode();
            assertThat(status).as(uri.getPath()).isIn(200, 503);
            return status == 200;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Asks when the port has just been opened, before the service warms up over it. */
    private static final class EarlyCaller implements ApplicationListener<WebServerInitializedEvent>, Ordered {
        private final List<Map<String, Boolean>> answers = new ArrayList<>();

        @Override
        public void onApplicationEvent(WebServerInitializedEvent event) {
            if (event.getApplicationContext().getServerNamespace() == null) {
                answers.add(asked(
                        event.getApplicationContext(), event.getWebServer().getPort()));
            }
        }

        @Override
        public int getOrder() {
            return HIGHEST_PRECEDENCE;
        }
    }

    private static int port(ConfigurableApplicationContext service) {
        return service.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    @Test
    void itIsNotReadyBeforeItIsWarm() {
        EarlyCaller early = new EarlyCaller();
        try (ConfigurableApplicationContext service = run(early)) {
            assertThat(early.answers).containsExactly(NOT_READY);
            assertThat(asked(service, port(service))).isEqualTo(READY);
        }
    }

    /** What it does first of all when it is told to stop; it goes on answering. */
    @Test
    void itIsNotReadyWhileItDrainsAndSendsEveryCallerElsewhere() throws Exception {
        try (ConfigurableApplicationContext service = run()) {
            assertThat(asked(service, port(service))).isEqualTo(READY);
            assertThat(connection(service)).isEmpty();
            service.getBean(Drain.class).stop();
            assertThat(asked(service, port(service))).isEqualTo(NOT_READY);
            assertThat(connection(service)).contains("close");
        }
    }

    /** What an answer says of it that is none of a model. */
    private static Optional<String> connection(ConfigurableApplicationContext service) throws Exception {
        URI models = URI.create("http://127.0.0.1:" + port(service) + "/v1/models");
        return HTTP.send(HttpRequest.newBuilder(models).build(), BodyHandlers.discarding())
                .headers()
                .firstValue("Connection");
    }
}

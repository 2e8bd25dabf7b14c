package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.grpc.GrpcServer;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.event.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A service of one use case beside the registry, Redis and Kafka, which looks for other versions only when it is told. */
record FollowingService(LocalStack stack, TestRegistry registry, ConfigurableApplicationContext service)
        implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** @param cache a folder for the last good versions */
    static FollowingService start(String useCase, String model, Path cache) throws Exception {
        return start(Parcels.USE_CASES, useCase, model, cache);
    }

    /** @param useCases the folder that the use case's own is in */
    static FollowingService start(Path useCases, String useCase, String model, Path cache) throws Exception {
        LocalStack stack = LocalStack.own(Server.MLFLOW, Server.REDIS, Server.KAFKA);
        TestTopics.create(stack.kafka().bootstrapServers(), Topics.PREDICTIONS);
        TestRegistry registry = new TestRegistry(URI.create(stack.mlflow().trackingUri()));
        registry.createModel(model);
        return new FollowingService(
                stack,
                registry,
                new SpringApplicationBuilder(PredictionApi.class)
                        .run(
                                "--SERVER_PORT=0",
                                "--MILLRACE_GRPC_PORT=0",
                                "--MILLRACE_USE_CASES=" + useCases,
                                "--MILLRACE_USE_CASE=" + useCase,
                                "--REDIS_URL=" + stack.redis().url(),
                                "--KAFKA_BOOTSTRAP_SERVERS=" + stack.kafka().bootstrapServers(),
                                "--MLFLOW_TRACKING_URI=" + registry.server(),
                                "--MILLRACE_FEATURES_DEADLINE=500ms",
                                "--MILLRACE_MODEL_CACHE=" + cache,
                                "--MILLRACE_MODEL_POLL=1h",
                                "--MILLRACE_MODEL_TIMEOUT=5s"));
    }

    /** What the service says of its model after it has looked. */
    JsonNode refresh() throws Exception {
        return post("/v1/models:refresh", Map.of()).path("models").path(0);
    }

    JsonNode post(String path, Map<String, ?> body) throws Exception {
        HttpResponse<String> response = send(path, body);
        assertThat(response.statusCode()).as(response::body).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    /** Whatever comes of it. */
    HttpResponse<String> send(String path, Map<String, ?> body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build(),
                BodyHandlers.ofString());
    }

    String get(String path) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString())
                .body();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port") + path);
    }

    int grpcPort() {
        return service.getBean(GrpcServer.class).port();
    }

    /** All that the decision log holds, once it is as much. */
    List<Prediction> logged(int count) {
        return LoggedPredictions.first(stack.kafka().bootstrapServers(), count);
    }

    @Override
    public void close() {
        service.close();
        stack.close();
    }
}

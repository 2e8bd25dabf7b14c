package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc;
import dev.millrace.prediction.protocol.InferTensorContents;
import dev.millrace.prediction.protocol.ModelInferRequest;
import dev.millrace.prediction.protocol.ModelInferRequest.InferInputTensor;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Neither a version nor the rule has a number: every way of asking says so, and why. */
@Timeout(240)
class UnansweredIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Without what the rule needs. */
    private static final Map<String, Object> REQUEST = Map.of("sender", "ann1", "depot", 2, "price", 12.3);

    @TempDir
    private static Path folder;

    private static FollowingService service;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() throws Exception {
        Path parcels = folder.resolve("use-cases/parcels");
        DefinitionFiles.of(Parcels.ENGINE.useCase()).writeTo(parcels);
        Parcels.replace(parcels.resolve("models/late.yaml"), "\"price > 100.0 ? 0.9 : 0.1\"", "\"grams / 1000.0\"");
        service =
                FollowingService.start(folder.resolve("use-cases"), "parcels", Parcels.MODEL, folder.resolve("cache"));
        channel = NettyChannelBuilder.forAddress("127.0.0.1", service.grpcPort(), InsecureChannelCredentials.create())
                .build();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        service.close();
    }

    @Test
    void everyWayOfAskingSaysSo() throws Exception {
        assertUnanswered("no-model", "no version of late is loaded, and its rule has no number for this");
        assertThat(errors()).isEqualTo(5);
        String overflowing = service.registry()
                .register(
                        Parcels.MODEL,
                        TestPackages.overflowing(
                                UseCaseLoader.load(folder.resolve("use-cases/parcels")), Parcels.MODEL, "price"));
        service.registry().promote(Parcels.MODEL, overflowing);
        assertThat(service.refresh().path("model_version").textValue()).isEqualTo("v" + overflowing);
        assertUnanswered("no-number", "no version of late has a number for this, nor has its rule");
        assertThat(errors()).isEqualTo(10);
        // Of the next request the rule has one.
        assertThat(service.post("/score", Map.of("sender", "ann1", "depot", 2, "price", 12.3, "grams", 500))
                        .path("chance")
                        .doubleValue())
                .isEqualTo(0.5);
    }

    private static void assertUnanswered(String code, String detail) throws Exception {
        for (String path : List.of("/score", "/v1/models/late/predict")) {
            assertUnanswered(service.send(path, REQUEST), code, detail);
        }
        assertUnanswered(service.send("/v2/models/late/infer", tensors()), code, detail);
        JsonNode row = service.post("/v1/models/late/predict:batch", Map.of("rows", List.of(REQUEST)))
                .at("/answers/0");
        assertThat(row.path("status").intValue()).as(row::toString).isEqualTo(503);
        assertThat(row.path("code").textValue()).isEqualTo(code);

        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> {
            var unused = GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(message());
        });
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failure.getStatus().getDescription()).isEqualTo(detail);
        assertThat(StatusProto.fromThrowable(failure)
                        .getDetails(0)
                        .unpack(ErrorInfo.class)
                        .getReason())
                .isEqualTo(code);
    }

    private static void assertUnanswered(HttpResponse<String> response, String code, String detail) throws Exception {
        assertThat(response.statusCode()).as(response::body).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.path("code").textValue()).isEqualTo(code);
        assertThat(problem.path("detail").textValue()).isEqualTo(detail);
    }

    private static Map<String, Object> tensors() {
        return Map.of(
                "inputs",
                List.of(tensor("sender", "BYTES", "ann1"), tensor("depot", "INT64", 2), tensor("price", "FP64", 12.3)));
    }

    private static Map<String, Object> tensor(String name, String type, Object value) {
        return Map.of("name", name, "datatype", type, "shape", List.of(1), "data", List.of(value));
    }

    private static ModelInferRequest message() {
        return ModelInferRequest.newBuilder()
                .setModelName(Parcels.MODEL)
                .addInputs(input(
                        "sender",
                        "BYTES",
                        InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("ann1"))))
                .addInputs(
                        input("depot", "INT64", InferTensorContents.newBuilder().addInt64Contents(2)))
                .addInputs(
                        input("price", "FP64", InferTensorContents.newBuilder().addFp64Contents(12.3)))
                .build();
    }

    private static InferInputTensor input(String name, String type, InferTensorContents.Builder contents) {
        return InferInputTensor.newBuilder()
                .setName(name)
                .setDatatype(type)
                .addShape(1)
                .setContents(contents)
                .build();
    }

    /** Requests that were not answered, as the service counts them. */
    private static int errors() throws Exception {
        String name = "predictions_total{model=\"late\",model_version=\"none\",result=\"error\"} ";
        return service.get("/metrics")
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(name.length())))
                .sum();
    }
}

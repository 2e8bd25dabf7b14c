package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.millrace.prediction.grpc.GrpcServer;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.millrace.prediction.protocol.InferTensorContents;
import dev.millrace.prediction.protocol.ModelInferRequest;
import dev.millrace.prediction.protocol.ModelInferRequest.InferInputTensor;
import dev.millrace.prediction.protocol.ModelInferRequest.InferRequestedOutputTensor;
import dev.millrace.prediction.protocol.ModelInferResponse;
import dev.millrace.prediction.protocol.ModelMetadataRequest;
import dev.millrace.prediction.protocol.ModelMetadataResponse;
import dev.millrace.prediction.protocol.ModelMetadataResponse.TensorMetadata;
import dev.millrace.prediction.protocol.ModelReadyRequest;
import dev.millrace.prediction.protocol.ServerLiveRequest;
import dev.millrace.prediction.protocol.ServerMetadataRequest;
import dev.millrace.prediction.protocol.ServerReadyRequest;
import dev.millrace.prediction.web.Admission;
import dev.millrace.schema.event.PlatformRecords;
import dev.millrace.schema.event.Topics;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.ConfigurableApplicationContext;

/** The Open Inference Protocol over gRPC says what it says over HTTP. */
@Timeout(240)
class GrpcIT extends WithTwoUseCases {

    private static ManagedChannel channel;

    @BeforeAll
    static void connect() {
        channel = channel(service, InsecureChannelCredentials.create());
    }

    @AfterAll
    static void disconnect() {
        channel.shutdownNow();
    }

    private static ManagedChannel channel(ConfigurableApplicationContext to, ChannelCredentials credentials) {
        return NettyChannelBuilder.forAddress(
                        "127.0.0.1", to.getBean(GrpcServer.class).port(), credentials)
                .build();
    }

    private static GRPCInferenceServiceBlockingStub with(String... headers) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < headers.length; i += 2) {
            metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
        }
        return GRPCInferenceServiceGrpc.newBlockingStub(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)));
    }

    private static GRPCInferenceServiceBlockingStub caller(String owner) {
        return with("X-API-Key", key(owner));
    }

    private static GRPCInferenceServiceBlockingStub bearing(String token) {
        return with("Authorization", "Bearer " + token);
    }

    private static InferInputTensor.Builder tensor(String name, String type, long... shape) {
        InferInputTensor.Builder tensor =
                InferInputTensor.newBuilder().setName(name).setDatatype(type);
        for (long size : shape) {
            tensor.addShape(size);
        }
        return tensor;
    }

    private static InferTensorContents texts(String... texts) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        Stream.of(texts).map(ByteString::copyFromUtf8).forEach(contents::addBytesContents);
        return contents.build();
    }

    /** Two parcels. */
    private static ModelInferRequest.Builder parcels() {
        return ModelInferRequest.newBuilder()
                .setModelName("late")
                .addInputs(tensor("sender", "BYTES", 2).setContents(texts("ann1", "bob")))
                .addInputs(tensor("depot", "INT64", 2)
                        .setContents(InferTensorContents.newBuilder()
                                .addInt64Contents(1)
                                .addInt64Contents(2)))
                .addInputs(tensor("price", "FP32", 2, 1)
                        .setContents(InferTensorContents.newBuilder()
                                .addFp32Contents(129.95f)
                                .addFp32Contents(5)));
    }

    private static ByteString raw(int size, Consumer<ByteBuffer> writer) {
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        writer.accept(buffer);
        return ByteString.copyFrom(buffer.flip());
    }

    /** The same two. */
    private static ModelInferRequest.Builder rawParcels() {
        ModelInferRequest.Builder request = parcels();
        request.getInputsBuilderList().forEach(InferInputTensor.Builder::clearContents);
        return request.addRawInputContents(raw(
                        15,
                        to -> to.putInt(4)
                                .put("ann1".getBytes(StandardCharsets.UTF_8))
                                .putInt(3)
                                .put("bob".getBytes(StandardCharsets.UTF_8))))
                .addRawInputContents(raw(16, to -> to.putLong(1).putLong(2)))
                .addRawInputContents(raw(8, to -> to.putFloat(129.95f).putFloat(5)));
    }

    private static final String THE_SAME_OVER_HTTP = """
            {"inputs": [{"name": "sender", "datatype": "BYTES", "shape": [2], "data": ["ann1", "bob"]},
              {"name": "depot", "datatype": "INT64", "shape": [2], "data": [1, 2]},
              {"name": "price", "datatype": "FP32", "shape": [2, 1], "data": [129.95, 5]}]}""";

    @Test
    void answersAreThoseOfHttpInTheFormOfTheRequest() throws Exception {
        JsonNode http = answered("all", "POST", "/v2/models/late/infer", THE_SAME_OVER_HTTP);
        ModelInferResponse typed =
                caller("all").modelInfer(parcels().setId("seven").build());
        ModelInferResponse raw = caller("all").modelInfer(rawParcels().build());
        assertThat(typed.getId()).isEqualTo("seven");
        assertThat(raw.getId()).isNotEmpty();
        assertThat(raw.getRawOutputContentsCount())
                .isEqualTo(http.path("outputs").size());
        for (ModelInferResponse answer : List.of(typed, raw)) {
            assertThat(answer.getModelName()).isEqualTo("late");
            assertThat(answer.getModelVersion()).isEqualTo("v3");
            assertThat(answer.getOutputsCount()).isEqualTo(http.path("outputs").size());
            assertThat(answer.getParametersMap())
                    .hasSize(http.path("parameters").size());
            assertThat(answer.getParametersOrThrow("complete").getBoolParam())
                    .isEqualTo(http.at("/parameters/complete").booleanValue());
            assertThat(answer.getParametersOrThrow("reasons").getStringParam())
                    .isEqualTo(http.at("/parameters/reasons").textValue())
                    .contains("event-not-identified");
        }
        for (int i = 0; i < typed.getOutputsCount(); i++) {
            JsonNode expected = http.path("outputs").path(i);
            ModelInferResponse.InferOutputTensor output = typed.getOutputs(i);
            assertThat(raw.getOutputs(i))
                    .isEqualTo(output.toBuilder().clearContents().build());
            assertThat(output.getName()).isEqualTo(expected.path("name").asText());
            assertThat(output.getDatatype()).isEqualTo(expected.path("datatype").asText());
            assertThat(output.getShapeList()).containsExactly(2L);
            ByteBuffer bytes =
                    raw.getRawOutputContents(i).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            for (int row = 0; row < 2; row++) {
                JsonNode value = expected.path("data").path(row);
                if (output.getDatatype().equals("FP64")) {
                    assertThat(output.getContents().getFp64Contents(row)).isEqualTo(value.doubleValue());
                    assertThat(bytes.getDouble()).isEqualTo(value.doubleValue());
                } else {
                    assertThat(output.getContents().getInt64Contents(row)).isEqualTo(value.longValue());
                    assertThat(bytes.getLong()).isEqualTo(value.longValue());
                }
            }
            assertThat(bytes.hasRemaining()).isFalse();
        }
    }

    @Test
    void onlyTheOutputsAreAnsweredThatAreAskedFor() throws Exception {
        ModelInferRequest.Builder request =
                parcels().addOutputs(InferRequestedOutputTensor.newBuilder().setName("chance"));
        assertThat(caller("all").modelInfer(request.build()).getOutputsList())
                .singleElement()
                .satisfies(output -> assertThat(output.getName()).isEqualTo("chance"));
        String http = THE_SAME_OVER_HTTP.replaceFirst("\\{", "{\"outputs\": [{\"name\": \"chance\"}], ");
        assertThat(answered("all", "POST", "/v2/models/late/infer", http).path("outputs"))
                .hasSize(1);
        for (String none : List.of("5", "null", "[5]", "[{}]", "[{\"name\": \"colour\"}]")) {
            HttpResponse<String> answer = as(
                    "all",
                    "POST",
                    "/v2/models/late/infer",
                    THE_SAME_OVER_HTTP.replaceFirst("\\{", "{\"outputs\": " + none + ", "));
            assertThat(answer.statusCode()).as(none).isEqualTo(400);
        }
    }

    @Test
    void theServerAndItsModelsAreDescribedAsOverHttp() throws Exception {
        assertThat(with().serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                .isTrue();
        assertThat(with().serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                .isTrue();
        assertThat(caller("one")
                        .serverMetadata(ServerMetadataRequest.getDefaultInstance())
                        .getName())
                .isEqualTo(answered("one", "GET", "/v2", "").path("name").asText());
        assertThat(caller("one")
                        .modelReady(
                                ModelReadyRequest.newBuilder().setName("late").build())
                        .getReady())
                .isTrue();
        JsonNode http = answered("one", "GET", "/v2/models/late", "");
        ModelMetadataResponse metadata = caller("one")
                .modelMetadata(ModelMetadataRequest.newBuilder().setName("late").build());
        assertThat(metadata.getName()).isEqualTo(http.path("name").asText());
        assertThat(metadata.getPlatform()).isEqualTo(http.path("platform").asText());
        assertThat(metadata.getVersionsList()).containsExactly("v3");
        assertThat(described(metadata.getInputsList())).isEqualTo(described(http.path("inputs")));
        assertThat(described(metadata.getOutputsList())).isEqualTo(described(http.path("outputs")));
    }

    private static List<String> described(List<TensorMetadata> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.getName() + " " + tensor.getDatatype() + " " + tensor.getShapeList())
                .toList();
    }

    private static List<String> described(JsonNode tensors) {
        List<String> described = new ArrayList<>();
        tensors.forEach(tensor -> described.add(
                tensor.path("name").asText() + " " + tensor.path("datatype").asText() + " " + tensor.path("shape")));
        return described;
    }

    @Test
    void anAnswerIsNamedAndLoggedAsOverHttp() throws Exception {
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        with("X-API-Key", key("scorer"), "X-Request-ID", "grpc-7", "traceparent", trace)
                .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
                .modelInfer(parcels().build());
        assertThat(headers.get().get(Metadata.Key.of("X-Request-ID", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("grpc-7");
        HttpResponse<String> http = send(
                service,
                "POST",
                "/score",
                PARCEL,
                "X-API-Key",
                key("scorer"),
                "X-Request-ID",
                "http-7",
                "traceparent",
                trace);
        assertThat(http.headers().firstValue("X-Request-ID")).contains("http-7");
        Set<String> logged = new TreeSet<>();
        read(Topics.PREDICTIONS, 3, record -> {
            String passedOn =
                    new String(record.headers().lastHeader("traceparent").value(), StandardCharsets.UTF_8);
            return logged.add(
                    PlatformRecords.predictions().decode(record.value()).getRequestId() + " "
                            + passedOn.substring(3, 35));
        });
        assertThat(logged)
                .contains(
                        "grpc-7-0 0af7651916cd43dd8448eb211c80319c",
                        "grpc-7-1 0af7651916cd43dd8448eb211c80319c",
                        "http-7 0af7651916cd43dd8448eb211c80319c");
    }

    private static StatusRuntimeException failing(GRPCInferenceServiceBlockingStub caller, ModelInferRequest request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> caller.modelInfer(request));
    }

    private static String reason(StatusRuntimeException failure) throws Exception {
        return StatusProto.fromThrowable(failure)
                .getDetails(0)
                .unpack(ErrorInfo.class)
                .getReason();
    }

    private static Arguments malformed(String detail, Consumer<ModelInferRequest.Builder> breaking) {
        ModelInferRequest.Builder request = parcels();
        breaking.accept(request);
        return Arguments.of(detail, request.build());
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                malformed("expected tensors in 'inputs'", ModelInferRequest.Builder::clearInputs),
                malformed("expected no version of late", request -> request.setModelVersion("3")),
                malformed(
                        "is no input of this model",
                        request -> request.getInputsBuilder(0).setName("colour")),
                malformed(
                        "expected inputs of the same length, 1 to 1000, but 'depot' is longer",
                        request -> request.clearInputs()
                                .addInputs(tensor("depot", "INT64", 1_001)
                                        .setContents(InferTensorContents.newBuilder()
                                                .addAllInt64Contents(Collections.nCopies(1_001, 1L))))),
                malformed("comes twice", request -> request.addInputs(request.getInputs(0))),
                malformed(
                        "has the datatype 'BF16', which is none of",
                        request -> request.getInputsBuilder(2).setDatatype("BF16")),
                malformed(
                        "has the datatype BYTES, but came 'INT64'",
                        request -> request.getInputsBuilder(0).setDatatype("INT64")),
                malformed(
                        "as many elements, but came the shape [3] and 2 elements",
                        request -> request.getInputsBuilder(1).setShape(0, 3)),
                malformed(
                        "and 0 elements", request -> request.getInputsBuilder(1).clearContents()),
                malformed(
                        "as many raw_input_contents as inputs, 3, but came 1",
                        request -> request.addRawInputContents(ByteString.EMPTY)),
                malformed(
                        "has contents beside raw_input_contents",
                        request -> request.addRawInputContents(ByteString.EMPTY)
                                .addRawInputContents(ByteString.EMPTY)
                                .addRawInputContents(ByteString.EMPTY)),
                malformed(
                        "is no number, or no text",
                        request -> request.getInputsBuilder(2)
                                .setContents(InferTensorContents.newBuilder()
                                        .addFp32Contents(Float.NaN)
                                        .addFp32Contents(1))),
                malformed(
                        "is no number, or no text",
                        request -> request.getInputsBuilder(0)
                                .setContents(InferTensorContents.newBuilder()
                                        .addBytesContents(ByteString.copyFrom(new byte[] {(byte) 0xff})))),
                malformed(
                        "'colour' is no output of this model",
                        request -> request.addOutputs(
                                InferRequestedOutputTensor.newBuilder().setName("colour"))),
                Arguments.of(
                        "has raw contents that end within an element",
                        rawParcels()
                                .setRawInputContents(1, raw(15, to -> to.position(15)))
                                .build()));
    }

    @ParameterizedTest
    @MethodSource
    void malformed(String detail, ModelInferRequest request) throws Exception {
        StatusRuntimeException failure = failing(caller("one"), request);
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure.getStatus().getDescription()).contains(detail);
        assertThat(reason(failure)).isEqualTo("malformed-body");
    }

    @Test
    void aValueThatBreaksARuleIsNamed() throws Exception {
        ModelInferRequest.Builder request = parcels();
        request.getInputsBuilder(2).getContentsBuilder().setFp32Contents(1, -1);
        StatusRuntimeException failure = failing(caller("one"), request.build());
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(reason(failure)).isEqualTo("invalid-values");
        assertThat(StatusProto.fromThrowable(failure)
                        .getDetails(1)
                        .unpack(BadRequest.class)
                        .getFieldViolationsList())
                .singleElement()
                .satisfies(violation -> {
                    assertThat(violation.getField()).isEqualTo("price");
                    assertThat(violation.getReason()).isEqualTo("out-of-range");
                });
    }

    @Test
    void whatIsTooLargeIsNotRead() {
        ModelInferRequest.Builder request = parcels();
        request.getInputsBuilder(0).setContents(texts("x".repeat(1 << 20)));
        assertThat(failing(caller("one"), request.build()).getStatus().getCode())
                .isEqualTo(Code.RESOURCE_EXHAUSTED);
        request.getInputsBuilder(0).setContents(texts("ann1", "bob"));
        assertThat(caller("one").modelInfer(request.build()).getOutputsCount()).isPositive();
    }

    @Test
    void moreThanCanBeWorkedOnAreTurnedAway() throws Exception {
        Admission admission = service.getBean(Admission.class);
        int entered = 0;
        try {
            while (admission.enter()) {
                entered++;
            }
            StatusRuntimeException failure = failing(caller("one"), parcels().build());
            assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
            assertThat(reason(failure)).isEqualTo("overloaded");
        } finally {
            for (int i = 0; i < entered; i++) {
                admission.leave();
            }
        }
        assertThat(caller("one").modelInfer(parcels().build()).getOutputsCount())
                .isPositive();
    }

    private static final Map<String, Function<GRPCInferenceServiceBlockingStub, Object>> CALLS = Map.of(
            "ServerLive", caller -> caller.serverLive(ServerLiveRequest.getDefaultInstance()),
            "ServerReady", caller -> caller.serverReady(ServerReadyRequest.getDefaultInstance()),
            "ServerMetadata", caller -> caller.serverMetadata(ServerMetadataRequest.getDefaultInstance()),
            "ModelReady",
                    caller -> caller.modelReady(
                            ModelReadyRequest.newBuilder().setName("late").build()),
            "ModelMetadata",
                    caller -> caller.modelMetadata(
                            ModelMetadataRequest.newBuilder().setName("late").build()),
            "ModelInfer", caller -> caller.modelInfer(parcels().build()));

    private static Code code(
            Function<GRPCInferenceServiceBlockingStub, Object> call, GRPCInferenceServiceBlockingStub caller) {
        try {
            var unused = call.apply(caller);
            return Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    /** Every method, as nobody and as each role. */
    @Test
    void everyMethodAsksForItsRole() throws Exception {
        Set<String> served = new TreeSet<>();
        GRPCInferenceServiceGrpc.getServiceDescriptor()
                .getMethods()
                .forEach(method -> served.add(method.getBareMethodName()));
        assertThat(CALLS.keySet()).isEqualTo(served);
        CALLS.forEach((method, call) -> {
            boolean open = method.equals("ServerLive") || method.equals("ServerReady");
            assertThat(code(call, with())).as(method).isEqualTo(open ? Code.OK : Code.UNAUTHENTICATED);
            assertThat(code(call, caller("nobody that is known")))
                    .as(method)
                    .isEqualTo(open ? Code.OK : Code.UNAUTHENTICATED);
            assertThat(code(call, with("X-API-Key", key("one"), "X-API-Key", key("other"))))
                    .as(method)
                    .isEqualTo(open ? Code.OK : Code.UNAUTHENTICATED);
            assertThat(code(call, with("X-API-Key", key("one"), "Authorization", "Bearer x")))
                    .as(method)
                    .isEqualTo(open ? Code.OK : Code.UNAUTHENTICATED);
            assertThat(code(call, caller("none"))).as(method).isEqualTo(open ? Code.OK : Code.NOT_FOUND);
            assertThat(code(call, caller("reader")))
                    .as(method)
                    .isEqualTo(method.equals("ModelInfer") ? Code.PERMISSION_DENIED : Code.OK);
            assertThat(code(call, caller("scorer"))).as(method).isEqualTo(Code.OK);
        });
        StatusRuntimeException failure = failing(with(), parcels().build());
        assertThat(reason(failure)).isEqualTo("unauthenticated");
        assertThat(failure.getTrailers().get(Metadata.Key.of("X-Request-ID", Metadata.ASCII_STRING_MARSHALLER)))
                .isNotEmpty();
        assertThat(send(service, "GET", "/metrics", "").body())
                .contains("requests_refused_total{code=\"unauthenticated\"}");
    }

    @Test
    void aTokenIsTakenAsOverHttp() throws Exception {
        RSAKey another = new RSAKeyGenerator(2048).keyID(issuer.getKeyID()).generate();
        List<String> parcels = List.of("parcels");
        assertThat(code(CALLS.get("ModelInfer"), bearing(token(issuer, parcels))))
                .isEqualTo(Code.OK);
        assertThat(code(CALLS.get("ModelInfer"), bearing(token(issuer, List.of("letters")))))
                .isEqualTo(Code.NOT_FOUND);
        for (String bad : List.of(token(another, parcels), token(issuer, parcels) + "x", "x")) {
            StatusRuntimeException failure = failing(bearing(bad), parcels().build());
            assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
            assertThat(reason(failure)).isEqualTo("unauthenticated");
        }
    }

    @Test
    void anothersModelIsAsIfItWereNotThere() throws Exception {
        for (String model : List.of("lost", "no-such-model")) {
            for (Function<GRPCInferenceServiceBlockingStub, Object> call :
                    List.<Function<GRPCInferenceServiceBlockingStub, Object>>of(
                            caller -> caller.modelInfer(
                                    parcels().setModelName(model).build()),
                            caller -> caller.modelReady(ModelReadyRequest.newBuilder()
                                    .setName(model)
                                    .build()),
                            caller -> caller.modelMetadata(ModelMetadataRequest.newBuilder()
                                    .setName(model)
                                    .build()))) {
                StatusRuntimeException failure =
                        catchThrowableOfType(StatusRuntimeException.class, () -> call.apply(caller("one")));
                assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
                assertThat(reason(failure)).isEqualTo("unknown-model");
                assertThat(failure.getStatus().getDescription())
                        .isEqualTo("'" + model + "' is no model that is served; there are [late]");
            }
        }
        assertThat(caller("other")
                        .modelReady(
                                ModelReadyRequest.newBuilder().setName("lost").build())
                        .getReady())
                .isTrue();
    }

    /** With a certificate it speaks TLS only; and where no keys are asked for, everybody is answered. */
    @Test
    void itHasTheCertificateOfHttp(@TempDir Path own) throws Exception {
        TestCertificate pem = TestCertificate.in(own);
        try (ConfigurableApplicationContext secured = run(
                folder.resolve("models"),
                "--MILLRACE_GRPC_PORT=0",
                "--MILLRACE_TLS_CERTIFICATE=" + pem.certificate(),
                "--MILLRACE_TLS_KEY=" + pem.key())) {
            ManagedChannel encrypted = channel(
                    secured,
                    TlsChannelCredentials.newBuilder()
                            .trustManager(pem.certificate().toFile())
                            .build());
            ManagedChannel plain = channel(secured, InsecureChannelCredentials.create());
            try {
                assertThat(GRPCInferenceServiceGrpc.newBlockingStub(encrypted)
                                .modelInfer(parcels().build())
                                .getModelVersion())
                        .isEqualTo("v3");
                assertThat(code(CALLS.get("ServerLive"), GRPCInferenceServiceGrpc.newBlockingStub(plain)))
                        .isEqualTo(Code.UNAVAILABLE);
            } finally {
                encrypted.shutdownNow();
                plain.shutdownNow();
            }
        }
    }
}

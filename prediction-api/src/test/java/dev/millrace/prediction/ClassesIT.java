package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.forest.model.ShortestDecimal;
import dev.millrace.prediction.protocol.GRPCInferenceServiceGrpc;
import dev.millrace.prediction.protocol.InferTensorContents;
import dev.millrace.prediction.protocol.ModelInferRequest;
import dev.millrace.prediction.protocol.ModelInferRequest.InferInputTensor;
import dev.millrace.prediction.protocol.ModelInferResponse;
import dev.millrace.schema.avro.OtherScore;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model that tells classes apart and estimates further numbers, in every form in which it can be asked. */
@Timeout(240)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClassesIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MODEL = "route";
    private static final List<String> CLASSES = List.of("road", "rail", "air");
    private static final List<String> ESTIMATES = List.of("days", "stops");
    private static final UseCase ROUTES = UseCaseLoader.load(Parcels.USE_CASES, "routes");
    private static final int ASKED = 40;

    @TempDir
    private static Path folder;

    private static FollowingService service;
    private static TestRegistry registry;
    private static TestPackages champion;
    private static TestPackages shadow;

    @BeforeAll
    static void start() throws Exception {
        service = FollowingService.start("routes", MODEL, folder);
        registry = service.registry();
        champion = TestPackages.of(ROUTES, MODEL, 1);
        shadow = TestPackages.of(ROUTES, MODEL, 2);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static Map<String, Object> body(int grams) {
        return Map.of("sender", "ann" + grams, "grams", grams);
    }

    @Test
    @Order(1)
    void withoutAModelTheRuleSaysHowProbableEachClassIs() throws Exception {
        JsonNode heavy = service.post("/score_route", body(101));
        assertThat(heavy.path("model_version").textValue()).isEqualTo("none");
        assertThat(heavy.path("route").textValue()).isEqualTo("rail");
        assertThat(heavy.path("chance").doubleValue()).isEqualTo(0.5);
        assertThat(heavy.path("by_road").doubleValue()).isEqualTo(0.25);
        assertThat(heavy.path("on_the_ground").doubleValue()).isEqualTo(0.75);
        assertThat(heavy.get("price_of_air").isNull()).as("1 / 0 is no number").isTrue();
        assertThat(heavy.path("expected_days").doubleValue()).isEqualTo(2.5);
        assertThat(heavy.path("stops_per_day").doubleValue()).isZero();
        assertThat(heavy.path("most_likely").textValue()).isEqualTo("2 days, 0 stops");
        assertThat(service.post("/score_route", body(99)).path("route").textValue())
                .as("of equals the first")
                .isEqualTo("road");
        Prediction logged = service.logged(2).stream()
                .filter(each ->
                        each.getRequestId().equals(heavy.path("request_id").textValue()))
                .findFirst()
                .orElseThrow();
        assertThat(logged.getOutcome()).isEqualTo("rail");
        assertThat(logged.getProbabilities()).isEqualTo(Map.of("road", 0.25, "rail", 0.5, "air", 0.0));
        assertThat(logged.getEstimates()).isEqualTo(Map.of("days", 2.5, "stops", 0.0));
    }

    @Test
    @Order(2)
    void theMostProbableClassIsDecidedForAndEachCanBeSaid() throws Exception {
        registry.promote(MODEL, registry.register(MODEL, champion));
        registry.alias(MODEL, "shadow", registry.register(MODEL, shadow));
        service.refresh();
        ModelPackage opened = champion.open();
        Set<String> decided = new HashSet<>();
        for (int i = 1; i <= ASKED; i++) {
            JsonNode answer = service.post("/score_route?explain=9", body(i));
            float[] expected = opened.scores(new double[] {1, i});
            int greatest = greatest(expected);
            decided.add(CLASSES.get(greatest));
            assertThat(answer.path("route").textValue()).isEqualTo(CLASSES.get(greatest));
            assertThat((float) answer.path("chance").doubleValue()).isEqualTo(expected[greatest]);
            assertThat((float) answer.path("by_road").doubleValue()).isEqualTo(expected[0]);
            double air = ShortestDecimal.of(expected[2]);
            assertThat(answer.path("price_of_air").doubleValue()).isEqualTo(1 / air);
            double days = ShortestDecimal.of(expected[3]);
            double stops = ShortestDecimal.of(expected[4]);
            assertThat(answer.path("expected_days").doubleValue()).isEqualTo(days);
            assertThat(answer.path("stops_per_day").doubleValue()).isEqualTo(stops / days);
            assertThat(answer.path("most_likely").textValue())
                    .isEqualTo("%d days, %d stops".formatted((int) days, (int) stops));
            explains(answer.path("explanation"), opened.contributions(new double[] {1, i}), greatest);
        }
        assertThat(decided).as("what the model decides for").hasSizeGreaterThan(1);
    }

    private static int greatest(float[] scores) {
        int greatest = 0;
        for (int i = 1; i < CLASSES.size(); i++) {
            greatest = scores[i] > scores[greatest] ? i : greatest;
        }
        return greatest;
    }

    /** The margin of the decided class, not of another. */
    private static void explains(JsonNode explanation, double[] contributions, int decided) {
        int perClass = contributions.length / CLASSES.size();
        double margin = 0;
        for (int i = 0; i < perClass; i++) {
            margin += contributions[decided * perClass + i];
        }
        double sum = explanation.path("bias").doubleValue();
        for (JsonNode part : explanation.path("contributions")) {
            sum += part.path("contribution").doubleValue();
        }
        assertThat(sum).isEqualTo(margin, within(1e-9));
        assertThat(explanation.path("bias").doubleValue()).isEqualTo(contributions[(decided + 1) * perClass - 1]);
    }

    @Test
    @Order(3)
    void theDecisionLogHasEachProbabilityAndWhatTheShadowSays() throws Exception {
        List<Prediction> logged = service.logged(2 + ASKED).stream()
                .filter(each -> each.getModelVersion().equals("v1"))
                .toList();
        assertThat(logged).hasSize(ASKED);
        int agreed = 0;
        for (Prediction prediction : logged) {
            double[] vector =
                    prediction.getVector().stream().mapToDouble(value -> value).toArray();
            says(champion, vector, prediction.getOutcome(), prediction.getProbabilities(), prediction.getEstimates());
            assertThat(prediction.getScore())
                    .isEqualTo(prediction.getProbabilities().get(prediction.getOutcome()));
            assertThat(prediction.getOthers()).hasSize(1);
            OtherScore other = prediction.getOthers().getFirst();
            says(shadow, vector, other.getOutcome(), other.getProbabilities(), other.getEstimates());
            agreed += other.getOutcome().equals(prediction.getOutcome()) ? 1 : 0;
        }
        String metrics = service.get("/metrics");
        assertThat(metrics)
                .containsPattern("compared_scores_total\\{agrees=\"true\",alias=\"shadow\",model=\"route\"[^}]*} "
                        + agreed + "\\.0")
                .containsPattern(
                        "predictions_total\\{model=\"route\",model_version=\"v1\",result=\"(road|rail|air)\"}");
    }

    private static void says(
            TestPackages model,
            double[] vector,
            String outcome,
            Map<String, Double> probabilities,
            Map<String, Double> estimates)
            throws Exception {
        float[] expected = model.open().scores(vector);
        Map<String, Double> byClass = new LinkedHashMap<>();
        for (int i = 0; i < CLASSES.size(); i++) {
            byClass.put(CLASSES.get(i), ShortestDecimal.of(expected[i]));
        }
        assertThat(probabilities).isEqualTo(byClass);
        assertThat(estimates)
                .isEqualTo(Map.of("days", ShortestDecimal.of(expected[3]), "stops", ShortestDecimal.of(expected[4])));
        assertThat(outcome).isEqualTo(CLASSES.get(greatest(expected)));
    }

    @Test
    @Order(4)
    void manyAtOnceAndTensorsSayTheSame() throws Exception {
        JsonNode alone = service.post("/score_route", body(7));
        JsonNode batch = service.post("/v1/models/route/predict:batch", Map.of("rows", List.of(body(7))))
                .path("answers")
                .path(0);
        JsonNode outputs = service.post(
                        "/v2/models/route/infer",
                        Map.of(
                                "inputs",
                                List.of(
                                        Map.of(
                                                "name",
                                                "sender",
                                                "datatype",
                                                "BYTES",
                                                "shape",
                                                List.of(1),
                                                "data",
                                                List.of("ann7")),
                                        Map.of(
                                                "name",
                                                "grams",
                                                "datatype",
                                                "INT64",
                                                "shape",
                                                List.of(1),
                                                "data",
                                                List.of(7)))))
                .path("outputs");
        List<String> fields = List.of(
                "route",
                "chance",
                "by_road",
                "on_the_ground",
                "price_of_air",
                "expected_days",
                "stops_per_day",
                "most_likely");
        for (int i = 0; i < fields.size(); i++) {
            JsonNode expected = alone.get(fields.get(i));
            assertThat(batch.get(fields.get(i))).isEqualTo(expected);
            assertThat(outputs.path(i).path("name").textValue()).isEqualTo(fields.get(i));
            assertThat(outputs.path(i).path("datatype").textValue())
                    .isEqualTo(i == 0 || i == fields.size() - 1 ? "BYTES" : "FP64");
            assertThat(outputs.path(i).path("data").path(0)).isEqualTo(expected);
        }
        overGrpc(alone);
    }

    private static void overGrpc(JsonNode alone) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", service.grpcPort())
                .usePlaintext()
                .build();
        try {
            var stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
            byte[] sender = "ann7".getBytes(StandardCharsets.UTF_8);
            ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(MODEL);
            InferInputTensor.Builder text = InferInputTensor.newBuilder()
                    .setName("sender")
                    .setDatatype("BYTES")
                    .addShape(1);
            InferInputTensor.Builder number = InferInputTensor.newBuilder()
                    .setName("grams")
                    .setDatatype("INT64")
                    .addShape(1);
            ModelInferResponse raw = stub.modelInfer(request.clone()
                    .addInputs(text)
                    .addInputs(number)
                    .addRawInputContents(ByteString.copyFrom(
                            little(8).putInt(sender.length).put(sender).flip()))
                    .addRawInputContents(
                            ByteString.copyFrom(little(8).putLong(7).flip()))
                    .build());
            ModelInferResponse typed = stub.modelInfer(request.clone()
                    .addInputs(text.setContents(
                            InferTensorContents.newBuilder().addBytesContents(ByteString.copyFrom(sender))))
                    .addInputs(
                            number.setContents(InferTensorContents.newBuilder().addInt64Contents(7)))
                    .build());
            assertThat(typed.getOutputs(7).getContents().getBytesContents(0).toStringUtf8())
                    .isEqualTo(alone.path("most_likely").textValue());
            String route = alone.path("route").textValue();
            assertThat(typed.getOutputs(0).getDatatype()).isEqualTo("BYTES");
            assertThat(typed.getOutputs(0).getContents().getBytesContents(0).toStringUtf8())
                    .isEqualTo(route);
            assertThat(typed.getOutputs(2).getContents().getFp64Contents(0))
                    .isEqualTo(alone.path("by_road").doubleValue());
            ByteBuffer name = raw.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            assertThat(name.getInt()).isEqualTo(route.length());
            assertThat(StandardCharsets.UTF_8.decode(name).toString()).isEqualTo(route);
            assertThat(raw.getRawOutputContents(2)
                            .asReadOnlyByteBuffer()
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getDouble())
                    .isEqualTo(alone.path("by_road").doubleValue());
        } finally {
            channel.shutdownNow();
        }
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    @Order(5)
    void theDocumentSaysWhatAnAnswerHolds() throws Exception {
        JsonNode document = JSON.readTree(service.get("/openapi.json"));
        JsonNode example = document.at("/paths/~1v2~1models~1route~1infer/post/requestBody/content/application~1json"
                + "/examples/routes/value");
        assertThat(service.post(
                                "/v2/models/route/infer",
                                JSON.convertValue(example, new TypeReference<Map<String, Object>>() {}))
                        .path("outputs"))
                .hasSize(8);
        JsonNode properties = document.path("paths")
                .path("/score_route")
                .path("post")
                .path("responses")
                .path("200")
                .path("content")
                .path("application/json")
                .path("schema")
                .path("properties");
        assertThat(properties.path("route").path("enum"))
                .as(properties::toString)
                .isEqualTo(JSON.valueToTree(CLASSES));
        assertThat(properties.path("price_of_air").path("type")).isEqualTo(JSON.valueToTree(List.of("number", "null")));
        assertThat(properties.path("most_likely").path("type")).isEqualTo(JSON.valueToTree(List.of("string", "null")));
        assertThat(JSON.readTree(service.get("/v1/models")).at("/models/0/estimates"))
                .isEqualTo(JSON.valueToTree(ESTIMATES));
    }

    /** Numbers would get the names of others. */
    @Test
    @Order(6)
    void aPackageThatGivesSomethingElseIsRefused() throws Exception {
        assertRefused(List.of(), ESTIMATES, "model-unsupported");
        assertRefused(List.of("air", "rail", "road"), ESTIMATES, "model-invalid");
        assertRefused(List.of("road", "rail", "road"), ESTIMATES, "model-invalid");
        assertRefused(CLASSES, List.of("stops", "days"), "model-golden");
        assertRefused(CLASSES, List.of("days"), "model-invalid");
        assertRefused(CLASSES, List.of("days", "stops", "hours"), "model-invalid");
        assertThat(service.post("/score_route", body(7)).path("model_version").textValue())
                .isEqualTo("v1");
    }

    private static void assertRefused(List<String> classes, List<String> estimates, String code) throws Exception {
        registry.promote(MODEL, registry.register(MODEL, champion.giving(classes, estimates)));
        service.refresh();
        assertThat(service.get("/health")).contains("\"" + code + "\"");
    }
}

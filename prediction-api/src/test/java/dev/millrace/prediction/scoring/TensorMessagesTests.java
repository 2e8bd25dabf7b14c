package dev.millrace.prediction.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.millrace.prediction.protocol.InferTensorContents;
import dev.millrace.prediction.protocol.ModelInferRequest;
import dev.millrace.prediction.protocol.ModelInferRequest.InferInputTensor;
import dev.millrace.prediction.web.RequestException;
import java.util.Collections;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TensorMessagesTests {

    private static final Set<String> NAMES = Set.of("grams");

    private static InferInputTensor.Builder tensor(int rows) {
        return InferInputTensor.newBuilder()
                .setName("grams")
                .setDatatype("INT64")
                .addShape(rows);
    }

    private static ModelInferRequest typed(int rows) {
        return ModelInferRequest.newBuilder()
                .addInputs(tensor(rows)
                        .setContents(
                                InferTensorContents.newBuilder().addAllInt64Contents(Collections.nCopies(rows, 7L))))
                .build();
    }

    private static ModelInferRequest raw(int rows) {
        return ModelInferRequest.newBuilder()
                .addInputs(tensor(rows))
                .addRawInputContents(ByteString.copyFrom(new byte[Long.BYTES * rows]))
                .build();
    }

    private static void assertRefused(ModelInferRequest request, String message) {
        assertThatThrownBy(() -> TensorMessages.request(request, NAMES))
                .isInstanceOfSatisfying(
                        RequestException.class, e -> assertThat(e.code()).isEqualTo("malformed-body"))
                .hasMessage(message);
    }

    @Test
    void asManyRowsAsMayBeAreRead() throws Exception {
        for (ModelInferRequest request : new ModelInferRequest[] {typed(1_000), raw(1_000)}) {
            JsonNode input =
                    TensorMessages.request(request, NAMES).path("inputs").path(0);
            assertThat(input.path("data")).hasSize(1_000);
        }
    }

    @Test
    void moreAreRefusedBeforeTheyAreMadeJson() {
        for (ModelInferRequest request : new ModelInferRequest[] {typed(1_001), raw(1_001)}) {
            assertRefused(request, "expected inputs of the same length, 1 to 1000, but 'grams' is longer");
        }
    }

    @Test
    void moreInputsThanThereAreAreRefused() {
        ModelInferRequest twice =
                typed(1).toBuilder().addInputs(typed(1).getInputs(0)).build();
        assertRefused(twice, "expected at most the inputs [grams], each once, but came 2");
    }

    @Test
    void noMoreOfAShapeIsReadThanItTakesToRefuseIt() throws Exception {
        ModelInferRequest request = ModelInferRequest.newBuilder()
                .addInputs(tensor(1)
                        .addAllShape(LongStream.range(0, 10_000).boxed().toList())
                        .setContents(InferTensorContents.newBuilder().addInt64Contents(7)))
                .build();
        assertThat(TensorMessages.request(request, NAMES).at("/inputs/0/shape")).hasSize(3);
    }
}

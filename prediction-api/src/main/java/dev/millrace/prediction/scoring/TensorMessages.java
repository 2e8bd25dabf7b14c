package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.millrace.feature.ResponseField;
import dev.millrace.prediction.protocol.InferParameter;
import dev.millrace.prediction.protocol.InferTensorContents;
import dev.millrace.prediction.protocol.ModelInferRequest;
import dev.millrace.prediction.protocol.ModelInferRequest.InferInputTensor;
import dev.millrace.prediction.protocol.ModelInferRequest.InferRequestedOutputTensor;
import dev.millrace.prediction.protocol.ModelInferResponse;
import dev.millrace.prediction.protocol.ModelInferResponse.InferOutputTensor;
import dev.millrace.prediction.web.RequestException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Requests and answers of the Open Inference Protocol's gRPC form. */
final class TensorMessages {

    /** One more than there may be tells that there are too many. */
    private static final int ENOUGH_ELEMENTS = BatchServlet.MOST_ROWS + 1;

    private static final int ENOUGH_DIMENSIONS = 3;

    private TensorMessages() {}

    /**
     * The request as the REST form has it: the same rules hold for both. What is more than any request may have is refused before
     * JSON is made of it, which takes many times the room.
     *
     * @param names of the inputs that there may be
     * @throws RequestException when it cannot be said in JSON, or has too much of something
     */
    static JsonNode request(ModelInferRequest request, Set<String> names) throws RequestException {
        if (request.getInputsCount() > names.size()) {
            throw RequestException.malformed("expected at most the inputs %s, each once, but came %d"
                    .formatted(names, request.getInputsCount()));
        }
        boolean raw = isRaw(request);
        if (raw && request.getRawInputContentsCount() != request.getInputsCount()) {
            throw RequestException.malformed("expected as many raw_input_contents as inputs, %d, but came %d"
                    .formatted(request.getInputsCount(), request.getRawInputContentsCount()));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode inputs = json.putArray("inputs");
        for (int i = 0; i < request.getInputsCount(); i++) {
            InferInputTensor input = request.getInputs(i);
            if (raw && input.hasContents()) {
                throw RequestException.malformed(
                        "the input '%s' has contents beside raw_input_contents; send one of them"
                                .formatted(input.getName()));
            }
            ObjectNode tensor = inputs.addObject().put("name", input.getName()).put("datatype", input.getDatatype());
            input.getShapeList().stream().limit(ENOUGH_DIMENSIONS).forEach(tensor.withArray("shape")::add);
            tensor.putArray("data").addAll(elements(input, raw ? request.getRawInputContents(i) : null));
        }
        ArrayNode outputs = json.putArray("outputs");
        for (InferRequestedOutputTensor output : request.getOutputsList()) {
            outputs.addObject().put("name", output.getName());
        }
        return json;
    }

    private static boolean isRaw(ModelInferRequest request) {
        return request.getRawInputContentsCount() > 0;
    }

    private static List<JsonNode> elements(InferInputTensor input, @Nullable ByteString raw) throws RequestException {
        ElementType type = Arrays.stream(ElementType.values())
                .filter(known -> known.name().equals(input.getDatatype()))
                .findFirst()
                .orElseThrow(
                        () -> RequestException.malformed("the input '%s' has the datatype '%s', which is none of %s"
                                .formatted(
                                        input.getName(), input.getDatatype(), Arrays.toString(ElementType.values()))));
        List<JsonNode> elements;
        try {
            elements = raw == null ? type.of(input.getContents(), ENOUGH_ELEMENTS) : type.of(raw, ENOUGH_ELEMENTS);
        } catch (BufferUnderflowException e) {
            throw RequestException.malformed(
                    "the input '%s' has raw contents that end within an element".formatted(input.getName()));
        } catch (NumberFormatException e) {
            throw RequestException.malformed(
                    "the input '%s' has an element that is no number, or no text in UTF-8".formatted(input.getName()));
        }
        if (elements.size() > BatchServlet.MOST_ROWS) {
            throw RequestException.malformed("expected inputs of the same length, 1 to %d, but '%s' is longer"
                    .formatted(BatchServlet.MOST_ROWS, input.getName()));
        }
        return elements;
    }

    /** In the form, raw or not, in which the request came. */
    static ModelInferResponse response(ModelInferRequest request, String model, String id, Inferred inferred) {
        ModelInferResponse.Builder response = ModelInferResponse.newBuilder()
                .setModelName(model)
                .setModelVersion(inferred.version())
                .setId(id);
        inferred.parameters().forEach((name, value) -> response.putParameters(name, parameter(value)));
        for (ResponseField output : inferred.outputs()) {
            InferOutputTensor.Builder tensor = InferOutputTensor.newBuilder()
                    .setName(output.name())
                    .setDatatype(Tensors.type(output))
                    .addShape(inferred.answers().size());
            InferTensorContents contents = contents(output, inferred.answers());
            if (isRaw(request)) {
                response.addRawOutputContents(raw(contents));
            } else {
                tensor.setContents(contents);
            }
            response.addOutputs(tensor);
        }
        return response.build();
    }

    private static InferParameter parameter(Object value) {
        InferParameter.Builder parameter = InferParameter.newBuilder();
        return (value instanceof Boolean flag
                        ? parameter.setBoolParam(flag)
                        : parameter.setStringParam(value.toString()))
                .build();
    }

    private static InferTensorContents contents(ResponseField output, List<Answer> answers) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        for (Answer answer : answers) {
            Verdict verdict = answer.verdict();
            switch (output) {
                case ResponseField.Decision decision
                when decision.ofClasses() -> contents.addBytesContents(ByteString.copyFromUtf8(verdict.text()));
                case ResponseField.Decision decision -> contents.addInt64Contents(verdict.decision());
                case ResponseField.Score score -> contents.addFp64Contents(verdict.score());
                case ResponseField.Computed computed -> contents.addFp64Contents(computed.of(verdict::of));
                case ResponseField.Text text ->
                    contents.addBytesContents(
                            ByteString.copyFromUtf8(Objects.requireNonNullElse(text.of(verdict::of), "")));
            }
        }
        return contents.build();
    }

    /** Elements one after the other, little-endian; before each text its length in four bytes. */
    private static ByteString raw(InferTensorContents contents) {
        int size = (contents.getInt64ContentsCount() + contents.getFp64ContentsCount()) * Long.BYTES;
        for (ByteString text : contents.getBytesContentsList()) {
            size += Integer.BYTES + text.size();
        }
        ByteBuffer raw = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        contents.getInt64ContentsList().forEach(raw::putLong);
        contents.getFp64ContentsList().forEach(raw::putDouble);
        for (ByteString text : contents.getBytesContentsList()) {
            raw.putInt(text.size());
            text.copyTo(raw);
        }
        return ByteString.copyFrom(raw.flip());
    }
}

package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.feature.ResponseField;
import dev.millrace.prediction.web.Admission;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.JsonServlet;
import dev.millrace.prediction.web.LargeBodies;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.web.RequestContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Scores up to {@value BatchServlet#MOST_ROWS} events a request, as the
 * <a href="https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md">Open Inference
 * Protocol</a> has it.
 */
public final class InferServlet extends JsonServlet {
    private static final long serialVersionUID = 1L;

    private static final JsonFactory JSON = new JsonFactory();

    private final transient Map<String, Endpoint> endpoints;

    public InferServlet(Endpoints endpoints, Admission admission, LargeBodies large) {
        super(admission, large, Json.Errors.INFERENCE);
        this.endpoints = endpoints.infer();
    }

    /** Where it is to be found. */
    public Collection<String> paths() {
        return endpoints.keySet();
    }

    @Override
    protected void answer(HttpServletRequest request, byte[] body, HttpServletResponse response)
            throws IOException, RequestException {
        Endpoint endpoint = Objects.requireNonNull(endpoints.get(request.getServletPath()), "one of its paths");
        JsonNode asked = BatchServlet.object(body);
        RequestContext context = RequestContext.of(request);
        JsonNode id = asked.path("id");
        if (!id.isMissingNode() && !id.isTextual()) {
            throw RequestException.malformed("expected a text as 'id'");
        }
        String requestId = id.asText(context.requestId());
        List<Runnable> later = new ArrayList<>();
        Optional<Inferred> found = endpoint.infer(asked, context, later);
        if (found.isEmpty()) {
            refuse(response, endpoint.unanswered());
            return;
        }
        Inferred inferred = found.get();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model_name", endpoint.name());
            json.writeStringField("model_version", inferred.version());
            json.writeStringField("id", requestId);
            json.writeObjectFieldStart("parameters");
            for (Map.Entry<String, Object> parameter : inferred.parameters().entrySet()) {
                json.writeObjectField(parameter.getKey(), parameter.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("outputs");
            for (ResponseField output : inferred.outputs()) {
                write(json, output, inferred.answers());
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        Json.write(response, out.toByteArray());
        later.forEach(Runnable::run);
    }

    private static void write(JsonGenerator json, ResponseField output, List<Answer> answers) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", output.name());
        json.writeStringField("datatype", Tensors.type(output));
        json.writeFieldName("shape");
        json.writeArray(new int[] {answers.size()}, 0, 1);
        json.writeArrayFieldStart("data");
        for (Answer answer : answers) {
            AnswerJson.write(json, output, answer.verdict());
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}

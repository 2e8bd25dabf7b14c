package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.prediction.scoring.Endpoint.Outcome;
import dev.millrace.prediction.web.Admission;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.JsonServlet;
import dev.millrace.prediction.web.LargeBodies;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.event.ExactJson;
import dev.millrace.schema.event.InvalidEventException.Violation;
import dev.millrace.schema.event.UnknownFields;
import dev.millrace.schema.event.UnreadableJson;
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

/** Scores up to {@value #MOST_ROWS} events a request, each as if it had come alone: a bad one does not fail the others. */
public final class BatchServlet extends JsonServlet {
    private static final long serialVersionUID = 1L;

    /** Of a request. */
    public static final int MOST_ROWS = 1_000;

    private static final String ROWS = "rows";
    private static final JsonFactory JSON = new JsonFactory();

    private final transient Map<String, Endpoint> endpoints;

    public BatchServlet(Endpoints endpoints, Admission admission, LargeBodies large) {
        super(admission, large, Json.Errors.PROBLEM);
        this.endpoints = endpoints.batch();
    }

    /** Where it is to be found. */
    public Collection<String> paths() {
        return endpoints.keySet();
    }

    @Override
    protected void answer(HttpServletRequest request, byte[] body, HttpServletResponse response)
            throws IOException, RequestException {
        long began = System.nanoTime();
        Endpoint endpoint = Objects.requireNonNull(endpoints.get(request.getServletPath()), "one of its paths");
        JsonNode asked = object(body);
        UnknownFields unknown = new UnknownFields("a batch", () -> List.of(ROWS));
        asked.fieldNames().forEachRemaining(name -> {
            if (!name.equals(ROWS)) {
                unknown.add(name);
            }
        });
        List<Violation> violations = unknown.violations();
        if (!violations.isEmpty()) {
            throw RequestException.invalid(violations);
        }
        JsonNode rows = asked.path(ROWS);
        if (!rows.isArray() || rows.isEmpty() || rows.size() > MOST_ROWS) {
            throw RequestException.malformed("expected 1 to %d requests in '%s', but came %s"
                    .formatted(MOST_ROWS, ROWS, rows.isArray() ? rows.size() : "none"));
        }
        RequestContext context = RequestContext.of(request);
        List<Runnable> later = new ArrayList<>();
        List<Outcome> outcomes =
                endpoint.answerAll(rows.valueStream().toList(), context, ExplainParameter.of(request), later);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model", endpoint.name());
            json.writeStringField("request_id", context.requestId());
            json.writeNumberField("latency_ms", AnswerJson.millis(System.nanoTime() - began));
            json.writeArrayFieldStart("answers");
            for (Outcome outcome : outcomes) {
                write(json, endpoint, outcome);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        Json.write(response, out.toByteArray());
        later.forEach(Runnable::run);
    }

    /** @throws RequestException when it is none, or names a field twice */
    static JsonNode object(byte[] body) throws RequestException {
        JsonNode json;
        try {
            json = ExactJson.read(() -> RequestReader.STRICT.readTree(body));
        } catch (IOException e) {
            throw RequestException.malformed(
                    "expected a JSON object, but it cannot be read: " + UnreadableJson.message(e));
        }
        if (!json.isObject()) {
            throw RequestException.malformed("expected a JSON object");
        }
        return json;
    }

    private static void write(JsonGenerator json, Endpoint endpoint, Outcome outcome) throws IOException {
        switch (outcome) {
            case Outcome.Answered answered ->
                AnswerJson.write(json, answered.fields(), answered.answer(), answered.why(), answered.requestId());
            case Outcome.Refused refused -> json.writeRawValue(Json.problemText(refused.problem()));
            case Outcome.Unanswered unanswered -> json.writeRawValue(Json.unavailableText(endpoint.unanswered()));
        }
    }
}

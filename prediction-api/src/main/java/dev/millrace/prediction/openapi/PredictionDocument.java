package dev.millrace.prediction.openapi;

import static dev.millrace.web.openapi.JsonSchemas.TEXT;
import static dev.millrace.web.openapi.JsonSchemas.TIME;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.prediction.scoring.BatchServlet;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.web.openapi.ApiDocument;
import dev.millrace.web.openapi.JsonSchemas;
import dev.millrace.web.openapi.Operation;
import dev.millrace.web.openapi.Operation.In;
import dev.millrace.web.security.Role;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What this service serves for one use case. */
public final class PredictionDocument {

    private static final Map<String, Object> READY =
            Map.of("type", "object", "properties", Map.of("ready", Map.of("type", "boolean")));

    private static final Map<String, Object> EXPLAIN = Map.of(
            "type", "integer", "minimum", 0, "maximum", 1_000, "description", "How many contributions the answer says");

    private PredictionDocument() {}

    public static ApiDocument of(FeatureEngine engine) {
        UseCase useCase = engine.useCase();
        Map<String, Object> error =
                Map.of("type", "object", "properties", Map.of("field", TEXT, "code", TEXT, "message", TEXT));
        ApiDocument document = new ApiDocument(
                "Millrace predictions: " + useCase.title(), Map.of("errors", Map.of("type", "array", "items", error)));
        for (ModelDefinition model : useCase.models()) {
            EventType rows = useCase.event(model.rows());
            model.serve()
                    .ifPresent(serve -> document.post(serve.path(), predict(model, serve, rows, model.name()))
                            .post(
                                    "/v1/models/" + model.name() + "/predict",
                                    predict(model, serve, rows, model.name() + "-by-name"))
                            .post("/v1/models/" + model.name() + "/predict:batch", batch(model, serve))
                            .post("/v2/models/" + model.name() + "/infer", infer(model, serve)));
        }
        String json = "application/json";
        return document.get("/v1/features/{use_case}", features(engine))
                .post("/v1/labels", labels(useCase))
                .get(
                        "/v1/models",
                        Operation.page("models", "The models and their served versions", json)
                                .role(Role.READER))
                .get(
                        "/v1/models/{model}/drift",
                        named(useCase, "drift", "How far what is scored now is from what the champion was trained on")
                                .answer(200, "Per feature, null below 200 rows an hour", Map.of("type", "object"))
                                .problem(404, "No champion with a baseline is loaded")
                                .role(Role.READER))
                .post(
                        "/v1/models:refresh",
                        new Operation("refresh", "Look at once which versions have which alias, and list them")
                                .answer(200, "The models and their served versions", Map.of("type", "object"))
                                .unavailable("The registry takes long to answer")
                                .role(Role.OPERATOR))
                .get(
                        "/v2",
                        Operation.page("server", "Open Inference Protocol: this server", json)
                                .role(Role.READER))
                .get(
                        "/v2/health/live",
                        Operation.page("live", "Open Inference Protocol: whether the process answers", json)
                                .open())
                .get(
                        "/v2/health/ready",
                        new Operation("ready", "Open Inference Protocol: whether a model is loaded")
                                .answer(200, "One is", READY)
                                .answer(503, "None is", READY)
                                .open())
                .get(
                        "/v2/models/{model}",
                        named(useCase, "model", "Open Inference Protocol: a model's inputs and outputs")
                                .answer(200, "Its inputs and outputs", Map.of("type", "object"))
                                .problem(404, "No such model is served")
                                .role(Role.READER))
                .get(
                        "/v2/models/{model}/ready",
                        named(useCase, "model-ready", "Open Inference Protocol: whether a model is loaded")
                                .answer(200, "It is", READY)
                                .answer(503, "It is not", READY)
                                .problem(404, "No such model is served")
                                .role(Role.READER))
                .get(
                        "/health",
                        Operation.page("health", "How well the service is: ok, degraded with reasons, or down", json)
                                .open())
                .get(
                        "/health/liveness",
                        Operation.page("liveness", "Whether the process answers", json)
                                .open())
                .get(
                        "/health/readiness",
                        Operation.page("readiness", "Whether a model is loaded and warm", json)
                                .open());
    }

    private static Operation predict(ModelDefinition model, ServeDefinition serve, EventType rows, String id) {
        return new Operation("predict-" + id, "Score with " + model.name())
                .parameter(In.QUERY, "explain", EXPLAIN)
                .role(Role.SCORER)
                .body(Schemas.request(serve, rows), Map.of())
                .answer(200, "The score, and what it rests on", Schemas.answer(serve))
                .problem(400, "The body cannot be read")
                .problem(413, "The body is too large")
                .problem(422, "Values break the request's rules; each is named")
                .unavailable("No model and no rule can answer");
    }

    private static Operation named(UseCase useCase, String id, String summary) {
        List<String> names = useCase.models().stream()
                .filter(model -> model.serve().isPresent())
                .map(ModelDefinition::name)
                .toList();
        return new Operation(id, summary).parameter(In.PATH, "model", Map.of("type", "string", "enum", names));
    }

    private static Operation batch(ModelDefinition model, ServeDefinition serve) {
        Map<String, Object> many = JsonSchemas.object(
                Map.of(
                        "rows",
                        Map.of(
                                "type",
                                "array",
                                "minItems",
                                1,
                                "maxItems",
                                BatchServlet.MOST_ROWS,
                                "items",
                                Map.of("type", "object", "description", "As one request alone"))),
                List.of("rows"));
        Map<String, Object> answer =
                Map.of("anyOf", List.of(Schemas.answer(serve), ApiDocument.reference(ApiDocument.PROBLEM)));
        return new Operation("batch-" + model.name(), "Score many with " + model.name() + ", each as if it came alone")
                .parameter(In.QUERY, "explain", EXPLAIN)
                .body(many, Map.of())
                .answer(
                        200,
                        "An answer or a problem for each row, in their order",
                        Map.of(
                                "type",
                                "object",
                                "properties",
                                Map.of(
                                        "model",
                                        TEXT,
                                        "request_id",
                                        TEXT,
                                        "latency_ms",
                                        Map.of("type", "number"),
                                        "answers",
                                        Map.of("type", "array", "items", answer))))
                .problem(400, "The body cannot be read")
                .problem(413, "The body is too large")
                .problem(422, "The parameter is no number in its range, or the body has other fields")
                .unavailable("Too much is asked at once")
                .role(Role.SCORER);
    }

    private static Operation infer(ModelDefinition model, ServeDefinition serve) {
        Map<String, Object> shape = Map.of(
                "type",
                "array",
                "items",
                Map.of("type", "integer", "minimum", 1, "maximum", BatchServlet.MOST_ROWS),
                "minItems",
                1,
                "maxItems",
                2,
                "description",
                "[rows] or [rows, 1]");
        Map<String, Object> data = Map.of(
                "type", "array", "minItems", 1, "maxItems", BatchServlet.MOST_ROWS, "description", "One for each row");
        Map<String, Object> tensor = Map.of(
                "type",
                "object",
                "properties",
                Map.of(
                        "name",
                        Map.of(
                                "type",
                                "string",
                                "enum",
                                serve.request().stream().map(RequestField::name).toList()),
                        "datatype",
                        Map.of("type", "string", "enum", List.of("BOOL", "BYTES", "FP64", "INT64")),
                        "shape",
                        shape,
                        "data",
                        data),
                "required",
                List.of("name", "datatype", "shape", "data"));
        Map<String, Object> tensors = Map.of("type", "array", "items", tensor, "minItems", 1);
        Map<String, Object> outputs = Map.of("type", "array", "items", Map.of("type", "object"));
        return new Operation("infer-" + model.name(), "Open Inference Protocol: score with " + model.name())
                // What else the protocol knows is taken, and changes nothing.
                .body(
                        Map.of(
                                "type",
                                "object",
                                "properties",
                                Map.of("id", TEXT, "inputs", tensors),
                                "required",
                                List.of("inputs")),
                        Map.of())
                .answer(
                        200,
                        "A tensor for each of the answer's fields",
                        Map.of(
                                "type",
                                "object",
                                "properties",
                                Map.of("model_name", TEXT, "model_version", TEXT, "id", TEXT, "outputs", outputs)))
                .problem(400, "The body cannot be read, or its tensors do not fit")
                .problem(413, "The body is too large")
                .problem(422, "Values break the request's rules; each is named")
                .unavailable("No model and no rule can answer")
                .role(Role.SCORER);
    }

    private static Operation labels(UseCase useCase) {
        List<EventType> types = useCase.events().values().stream()
                .filter(type -> type.label().isPresent())
                .sorted(Comparator.comparing(EventType::name))
                .toList();
        List<String> labelled = types.stream().map(EventType::name).toList();
        List<Map<String, Object>> ids = types.stream()
                .map(type -> JsonSchemas.field(type, type.idField()))
                .distinct()
                .toList();
        Map<String, Object> value = Map.of("type", "number");
        Map<String, Object> revision = Map.of("type", "integer", "minimum", 0, "maximum", Integer.MAX_VALUE);
        Map<String, Object> fields = Map.of(
                "event_id", ids.size() == 1 ? ids.getFirst() : TEXT,
                "value", value,
                "event_type", Map.of("type", "string", "enum", labelled),
                "known_at", TIME,
                "revision", revision);
        Map<String, Object> asked = new LinkedHashMap<>(fields);
        asked.put("known_at", JsonSchemas.orNull(TIME));
        asked.put("revision", JsonSchemas.orNull(revision));
        return new Operation("label", "Say what turned out to be true of an event; the highest revision counts")
                .body(
                        JsonSchemas.object(
                                asked,
                                labelled.size() == 1
                                        ? List.of("event_id", "value")
                                        : List.of("event_id", "value", "event_type")),
                        Map.of())
                .answer(202, "It lies in Kafka", Map.of("type", "object", "properties", fields))
                .problem(400, "The body cannot be read")
                .problem(404, "The stream has written no such event")
                .problem(413, "The body is too large")
                .problem(422, "Values that are wrong; each is named")
                .unavailable("The database or Kafka is away")
                .role(Role.OPERATOR);
    }

    private static Operation features(FeatureEngine engine) {
        UseCase useCase = engine.useCase();
        List<String> models = engine.models().stream().map(Model::name).toList();
        Map<String, Object> model = Map.of("type", "string", "enum", models);
        Operation operation = new Operation(
                        "features", "The features of an entity as a model would see them, no event added")
                .role(Role.READER)
                .parameter(In.PATH, "use_case", Map.of("type", "string", "enum", List.of(useCase.name())))
                .parameter(In.QUERY, "at", TIME);
        if (models.size() == 1) {
            operation.parameter(In.QUERY, "model", model);
        } else {
            operation.requiredParameter(In.QUERY, "model", model);
        }
        Set<String> always = always(engine);
        useCase.models().stream()
                .map(ModelDefinition::rows)
                .distinct()
                .map(useCase::event)
                .forEach(type -> type.schema().getFields().forEach(field -> {
                    Map<String, Object> schema = JsonSchemas.field(type, field.name());
                    if (always.contains(field.name())) {
                        operation.requiredParameter(In.QUERY, field.name(), schema);
                    } else {
                        operation.parameter(In.QUERY, field.name(), schema);
                    }
                }));
        return operation
                .answer(200, "Features by name, null where missing", Map.of("type", "object"))
                .problem(400, "The path or the query cannot be read")
                .problem(404, "Another use case")
                .problem(422, "Values that are none of their field's type; each is named")
                .unavailable("The features cannot be read now");
    }

    /** The fields that name an entity, whichever model is asked for. */
    private static Set<String> always(FeatureEngine engine) {
        Set<String> always = new HashSet<>();
        engine.models().forEach(model -> always.addAll(keys(model)));
        engine.models().forEach(model -> always.retainAll(keys(model)));
        return always;
    }

    private static Set<String> keys(Model model) {
        return model.bindings().stream()
                .flatMap(binding -> binding.key().stream())
                .collect(Collectors.toSet());
    }
}

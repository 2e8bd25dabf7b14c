package dev.millrace.prediction.openapi;

import static dev.millrace.web.openapi.JsonSchemas.TEXT;
import static dev.millrace.web.openapi.JsonSchemas.TIME;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.feature.Model;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.scoring.BatchServlet;
import dev.millrace.prediction.scoring.Tensors;
import dev.millrace.prediction.usecase.ModelPaths;
import dev.millrace.prediction.usecase.ServedUseCase;
import dev.millrace.prediction.usecase.ServedUseCases;
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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this service serves for its use cases. */
public final class PredictionDocument {

    private static final Map<String, Object> READY =
            Map.of("type", "object", "properties", Map.of("ready", Map.of("type", "boolean")));

    private static final Map<String, Object> MODEL_READY =
            Map.of("type", "object", "properties", Map.of("name", TEXT, "ready", Map.of("type", "boolean")));

    private static final Map<String, Object> INFERENCE_ERROR = Map.of(
            "type", "string", "description", "Under /v2, as the Open Inference Protocol has it: the detail once more");

    private static final Map<String, Object> STATUS =
            Map.of("type", "object", "properties", Map.of("status", TEXT), "required", List.of("status"));

    private static final Map<String, Object> HEALTH = Map.of(
            "type",
            "object",
            "properties",
            Map.of(
                    "status",
                    Map.of("type", "string", "enum", List.of("ok", "degraded", "down")),
                    "models",
                    list("model", "version"),
                    "reasons",
                    list("code", "detail")),
            "required",
            List.of("status", "models", "reasons"));

    private static final Map<String, Object> EXPLAIN = Map.of(
            "type", "integer", "minimum", 0, "maximum", 1_000, "description", "How many contributions the answer says");

    private PredictionDocument() {}

    /** Of objects of two texts. */
    private static Map<String, Object> list(String first, String second) {
        Map<String, Object> item = Map.of(
                "type", "object", "properties", Map.of(first, TEXT, second, TEXT), "required", List.of(first, second));
        return Map.of("type", "array", "items", item);
    }

    /** A model that is asked, and whose it is. */
    private record Asked(ServedUseCase useCase, Model compiled, ServeDefinition serve) {

        static Stream<Asked> of(ServedUseCase useCase) {
            return useCase.engine().models().stream()
                    .flatMap(model ->
                            model.definition().serve().map(serve -> new Asked(useCase, model, serve)).stream());
        }

        ModelDefinition model() {
            return compiled.definition();
        }

        EventType rows() {
            return useCase.definition().event(model().rows());
        }

        Operation operation(String id, String summary) {
            return new Operation(id, summary).about(useCase.name()).role(Role.SCORER);
        }

        /**
         * By the name of the use case that shows it.
         *
         * @param request what is made of the body of one request
         */
        Map<String, Object> examples(Function<JsonNode, Object> request) {
            return useCase.example()
                    .filter(example -> example.path().equals(serve.path()))
                    .map(example -> Map.of(useCase.name(), request.apply(example.body())))
                    .orElse(Map.of());
        }
    }

    public static ApiDocument of(ServedUseCases useCases) {
        Map<String, Object> error =
                Map.of("type", "object", "properties", Map.of("field", TEXT, "code", TEXT, "message", TEXT));
        ApiDocument document = new ApiDocument(
                useCases.definitions().stream()
                        .map(UseCase::title)
                        .collect(Collectors.joining("; ", "Millrace predictions: ", "")),
                Map.of("errors", Map.of("type", "array", "items", error), "error", INFERENCE_ERROR));
        for (Asked asked : asked(useCases)) {
            String name = asked.model().name();
            ModelPaths paths = ModelPaths.of(name);
            document.post(asked.serve().path(), predict(asked, name))
                    .post(paths.predict(), predict(asked, name + "-by-name"))
                    .post(paths.batch(), batch(asked))
                    .post(paths.infer(), infer(asked));
        }
        String json = "application/json";
        return document.get("/v1/features/{use_case}", features(useCases))
                .post("/v1/labels", LabelOperation.of(useCases))
                .get(
                        "/v1/models",
                        Operation.page("models", "The models and their served versions", json)
                                .role(Role.READER))
                .get(
                        "/v1/models/{model}/drift",
                        named(useCases, "drift", "How far what is scored now is from what the champion was trained on")
                                .answer(200, "Per feature of the champion, and per version's scores", Schemas.drift())
                                .problem(404, "No such model, or no version of it with a baseline is loaded")
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
                        new Operation("ready", "Open Inference Protocol: whether a model is loaded and warm")
                                .answer(200, "One is", READY)
                                .answer(503, "None is, or the service is about to stop", READY)
                                .open())
                .get(
                        "/v2/models/{model}",
                        named(useCases, "model", "Open Inference Protocol: a model's inputs and outputs")
                                .answer(200, "Its inputs and outputs", Map.of("type", "object"))
                                .problem(404, "No such model is served")
                                .role(Role.READER))
                .get(
                        "/v2/models/{model}/ready",
                        named(useCases, "model-ready", "Open Inference Protocol: whether a model is loaded and warm")
                                .answer(200, "It is", MODEL_READY)
                                .answer(503, "It is not, or the service is about to stop", MODEL_READY)
                                .problem(404, "No such model is served")
                                .role(Role.READER))
                .get(
                        "/health",
                        new Operation("health", "How well the service is: ok, degraded with reasons, or down")
                                .answer(200, "There is a model that answers", HEALTH)
                                .answer(503, "There is none: down", HEALTH)
                                .open())
                .get(
                        "/health/liveness",
                        Operation.page("liveness", "Whether the process answers", json)
                                .open())
                .get(
                        "/health/readiness",
                        new Operation("readiness", "Whether a model is loaded and warm")
                                .answer(200, "One is: ok", STATUS)
                                .answer(503, "None is, or the service is about to stop", STATUS)
                                .open());
    }

    private static List<Asked> asked(ServedUseCases useCases) {
        return useCases.all().stream().flatMap(Asked::of).toList();
    }

    private static Operation predict(Asked asked, String id) {
        return asked.operation("predict-" + id, "Score with " + asked.model().name())
                .parameter(In.QUERY, "explain", EXPLAIN)
                .body(Schemas.request(asked.serve(), asked.rows()), asked.examples(body -> body))
                .answer(200, "The score, and what it rests on", Schemas.answer(asked.compiled()))
                .problem(400, "The body cannot be read")
                .problem(413, "The body is too large")
                .problem(422, "Values break the request's rules; each is named")
                .unavailable("No model and no rule can answer");
    }

    private static Operation named(ServedUseCases useCases, String id, String summary) {
        List<String> names =
                asked(useCases).stream().map(asked -> asked.model().name()).toList();
        Map<String, String> owners = useCases.models().stream()
                .collect(Collectors.toMap(
                        CompiledModel::name, model -> model.useCase().name()));
        return new Operation(id, summary).about("model", owners).parameter(In.PATH, "model", oneOf(names));
    }

    /** Of a use case that has none of them any name is as good: it is not found. */
    static Map<String, Object> oneOf(List<String> names) {
        return names.isEmpty() ? TEXT : Map.of("type", "string", "enum", names);
    }

    private static Operation batch(Asked asked) {
        String name = asked.model().name();
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
                                // What is no request at all has a problem in its place, like any other bad one.
                                Map.of("description", "As one request alone"))),
                List.of("rows"));
        Map<String, Object> answer =
                Map.of("anyOf", List.of(Schemas.answer(asked.compiled()), ApiDocument.reference(ApiDocument.PROBLEM)));
        return asked.operation("batch-" + name, "Score many with " + name + ", each as if it came alone")
                .parameter(In.QUERY, "explain", EXPLAIN)
                .body(many, asked.examples(body -> Map.of("rows", List.of(body, body))))
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
                .unavailable("Too much is asked at once");
    }

    private static Operation infer(Asked asked) {
        String name = asked.model().name();
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
                        oneOf(asked.serve().request().stream()
                                .map(RequestField::name)
                                .toList()),
                        "datatype",
                        oneOf(List.of("BOOL", "BYTES", "FP64", "INT64")),
                        "shape",
                        shape,
                        "data",
                        data),
                "required",
                List.of("name", "datatype", "shape", "data"));
        Map<String, Object> tensors = Map.of("type", "array", "items", tensor, "minItems", 1);
        Map<String, Object> outputs = Map.of("type", "array", "items", Map.of("type", "object"));
        Map<String, Object> parameters = Map.of(
                "type",
                "object",
                "properties",
                Map.of("as_of", TEXT, "complete", Map.of("type", "boolean"), "reasons", TEXT, "model_versions", TEXT),
                "description",
                "Of all rows together; several codes or versions are separated by commas");
        Map<String, Object> wanted = Map.of(
                "type",
                "array",
                "description",
                "Those that are answered; without any, all",
                "items",
                Map.of(
                        "type",
                        "object",
                        "properties",
                        Map.of(
                                "name",
                                oneOf(List.copyOf(asked.serve().response().keySet()))),
                        "required",
                        List.of("name")));
        return asked.operation("infer-" + name, "Open Inference Protocol: score with " + name)
                // What else the protocol knows is taken, and changes nothing.
                .body(
                        Map.of(
                                "type",
                                "object",
                                "properties",
                                Map.of("id", TEXT, "inputs", tensors, "outputs", wanted),
                                "required",
                                List.of("inputs")),
                        asked.examples(body -> Tensors.example(asked.serve(), asked.rows(), body, 2)))
                .answer(
                        200,
                        "A tensor for each of the answer's fields",
                        Map.of(
                                "type",
                                "object",
                                "properties",
                                Map.of(
                                        "model_name",
                                        TEXT,
                                        "model_version",
                                        TEXT,
                                        "id",
                                        TEXT,
                                        "parameters",
                                        parameters,
                                        "outputs",
                                        outputs)))
                .problem(400, "The body cannot be read, or its tensors do not fit")
                .problem(413, "The body is too large")
                .problem(422, "Values break the request's rules; each is named")
                .unavailable("No model and no rule can answer");
    }

    private static Operation features(ServedUseCases useCases) {
        Map<String, String> owners =
                useCases.names().stream().collect(Collectors.toMap(Function.identity(), Function.identity()));
        Map<String, Object> model = Map.of(
                "type",
                "string",
                "enum",
                useCases.models().stream().map(CompiledModel::name).toList());
        Operation operation = new Operation(
                        "features", "The features of an entity as a model would see them, no event added")
                .about("use_case", owners)
                .role(Role.READER)
                .parameter(In.PATH, "use_case", Map.of("type", "string", "enum", useCases.names()))
                .parameter(In.QUERY, "at", TIME);
        if (useCases.all().stream().anyMatch(useCase -> useCase.models().size() == 1)) {
            operation.parameter(In.QUERY, "model", model);
        } else {
            operation.requiredParameter(In.QUERY, "model", model);
        }
        Set<String> always = always(useCases);
        rowFields(useCases).forEach((name, schemas) -> {
            Map<String, Object> schema =
                    schemas.size() == 1 ? schemas.iterator().next() : Map.of("anyOf", List.copyOf(schemas));
            if (always.contains(name)) {
                operation.requiredParameter(In.QUERY, name, schema);
            } else {
                operation.parameter(In.QUERY, name, schema);
            }
        });
        return operation
                .answer(200, "Features by name, null where missing", Map.of("type", "object"))
                .problem(400, "The path or the query cannot be read")
                .problem(404, "Another use case")
                .problem(422, "Values that are none of their field's type; each is named")
                .unavailable("The features cannot be read now");
    }

    /** What fields of rows may be: one of the same name may be another thing in another use case. */
    private static Map<String, Set<Map<String, Object>>> rowFields(ServedUseCases useCases) {
        Map<String, Set<Map<String, Object>>> fields = new LinkedHashMap<>();
        useCases.models().stream()
                .map(CompiledModel::rows)
                .distinct()
                .forEach(type -> type.schema()
                        .getFields()
                        .forEach(field -> fields.computeIfAbsent(field.name(), name -> new LinkedHashSet<>())
                                .add(JsonSchemas.field(type, field.name()))));
        return fields;
    }

    /** The fields that name an entity, whichever model is asked for. */
    private static Set<String> always(ServedUseCases useCases) {
        Set<String> always = new HashSet<>();
        useCases.models().forEach(model -> always.addAll(keys(model)));
        useCases.models().forEach(model -> always.retainAll(keys(model)));
        return always;
    }

    private static Set<String> keys(CompiledModel compiled) {
        return compiled.model().bindings().stream()
                .flatMap(binding -> binding.key().stream())
                .collect(Collectors.toSet());
    }
}

package dev.millrace.prediction.openapi;

import static dev.millrace.web.openapi.JsonSchemas.TEXT;
import static dev.millrace.web.openapi.JsonSchemas.TIME;

import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.web.openapi.ApiDocument;
import dev.millrace.web.openapi.JsonSchemas;
import dev.millrace.web.openapi.Operation;
import dev.millrace.web.openapi.Operation.In;
import dev.millrace.web.security.Role;
import java.util.List;
import java.util.Map;

/** What this service serves for one use case. */
public final class PredictionDocument {

    private PredictionDocument() {}

    public static ApiDocument of(UseCase useCase) {
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
                                    predict(model, serve, rows, model.name() + "-by-name")));
        }
        String json = "application/json";
        return document.get("/v1/features/{use_case}", features(useCase))
                .get(
                        "/v1/models",
                        Operation.page("models", "The models and their served versions", json)
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
                .role(Role.SCORER)
                .body(Schemas.request(serve, rows), Map.of())
                .answer(200, "The score, and what it rests on", Schemas.answer(serve))
                .problem(400, "The body cannot be read")
                .problem(413, "The body is too large")
                .problem(422, "Values break the request's rules; each is named")
                .unavailable("No model and no rule can answer");
    }

    private static Operation features(UseCase useCase) {
        Operation operation = new Operation(
                        "features", "The features of an entity as a model would see them, no event added")
                .role(Role.READER)
                .parameter(In.PATH, "use_case", Map.of("type", "string", "enum", List.of(useCase.name())))
                .parameter(In.QUERY, "at", TIME)
                .parameter(
                        In.QUERY,
                        "model",
                        Map.of(
                                "type",
                                "string",
                                "enum",
                                useCase.models().stream()
                                        .map(ModelDefinition::name)
                                        .toList()));
        useCase.models().stream()
                .map(ModelDefinition::rows)
                .distinct()
                .map(useCase::event)
                .forEach(type -> type.schema()
                        .getFields()
                        .forEach(field -> operation.parameter(In.QUERY, field.name(), JsonSchemas.of(field.schema()))));
        return operation
                .answer(200, "Features by name, null where missing", Map.of("type", "object"))
                .problem(404, "Another use case")
                .problem(422, "Values that are none of their field's type; each is named")
                .unavailable("The features cannot be read now");
    }
}
